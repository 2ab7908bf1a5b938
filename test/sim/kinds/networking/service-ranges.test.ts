import { expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'

const range = (name: string, cidr: string) => `cat <<E | kubectl apply -f -
apiVersion: networking.k8s.io/v1
kind: ServiceCIDR
metadata:
  name: ${name}
spec:
  cidrs: [${cidr}]
E
`

test('every address of a Service is an IPAddress object, and goes with it', () => {
  const cluster = createCluster()
  expect(cluster.run('kubectl get servicecidrs --no-headers').stdout).toMatch(/^kubernetes +10\.96\.0\.0\/12 +2m\n$/)
  expect(cluster.run('kubectl get ipaddress 10.96.0.1 --no-headers').stdout).toBe('10.96.0.1   services/default/kubernetes\n')
  cluster.run('kubectl create service clusterip web --tcp=80; kubectl create service clusterip none --clusterip=None')
  const ip = cluster.run("kubectl get service web -o jsonpath='{.spec.clusterIP}'").stdout
  expect(JSON.parse(cluster.run(`kubectl get ip ${ip} -o json`).stdout)).toMatchObject({
    metadata: { labels: { 'ipaddress.kubernetes.io/ip-family': 'IPv4', 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' } },
    spec: { parentRef: { resource: 'services', namespace: 'default', name: 'web' } },
  })
  cluster.run(`kubectl delete ip ${ip}`)
  expect(cluster.run(`kubectl get ip ${ip} --no-headers`).stdout).toContain('services/default/web')
  cluster.run('kubectl delete service web')
  expect(cluster.run(`kubectl get ip ${ip}`).stderr).toBe(`Error from server (NotFound): ipaddresses.networking.k8s.io "${ip}" not found\n`)
})

test('an address that an IPAddress holds is not given to another', () => {
  const cluster = createCluster()
  cluster.run(`cat <<E | kubectl create -f -
apiVersion: networking.k8s.io/v1
kind: IPAddress
metadata:
  name: 10.96.0.77
spec:
  parentRef: {group: example.com, resource: gateways, namespace: default, name: one}
E`)
  expect(cluster.run('kubectl create service clusterip web --tcp=80 --clusterip=10.96.0.77').stderr).toContain(
    'spec.clusterIPs: Invalid value: ["10.96.0.77"]: failed to allocate IP 10.96.0.77: provided IP is already allocated',
  )
})

test('another ServiceCIDR is one more range for Services, and is kept while addresses of it are in use', () => {
  const cluster = createCluster()
  const create = (name: string, ip: string) => cluster.run(`kubectl create service clusterip ${name} --tcp=80 --clusterip=${ip}`)
  const outside = 'failed to allocate IP 172.16.9.7: the provided network does not match the current range'
  expect(create('web', '172.16.9.7').stderr).toContain(outside)
  cluster.run(range('more', '172.16.9.0/24'))
  expect(create('web', '172.16.9.7').stdout).toBe('service/web created\n')
  const read = () => JSON.parse(cluster.run('kubectl get servicecidr more -o json').stdout)
  expect(read().metadata.finalizers).toEqual(['networking.k8s.io/service-cidr-finalizer'])
  expect(read().status.conditions).toMatchObject([{ type: 'Ready', status: 'True', message: 'Kubernetes Service CIDR is ready' }])

  cluster.run('kubectl delete servicecidr more --wait=false; sleep 20')
  expect(read().status.conditions).toMatchObject([
    {
      type: 'Ready',
      status: 'False',
      reason: 'Terminating',
      message: 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR',
    },
  ])
  expect(create('late', '172.16.9.8').stderr).toContain(outside.replace('9.7', '9.8'))
  // A wider range takes the addresses over.
  cluster.run(`${range('wider', '172.16.0.0/16')} sleep 20`)
  expect(cluster.run('kubectl get servicecidr -o name').stdout).toBe(
    'servicecidr.networking.k8s.io/kubernetes\nservicecidr.networking.k8s.io/wider\n',
  )
})

test('Services without a wish get addresses of any range that has some left, but never one twice', () => {
  const cluster = createCluster()
  cluster.run(range('tiny', '172.16.9.0/29'))
  const names = Array.from({ length: 40 }, (_, index) => `s${index}`)
  cluster.run(names.map((name) => `kubectl create service clusterip ${name} --tcp=80`).join('\n'))
  const ips = cluster.run("kubectl get services -o jsonpath='{.items[*].spec.clusterIP}'").stdout.split(' ')
  expect(new Set(ips).size).toBe(41)
  expect(ips.filter((ip) => ip.startsWith('172.16.9.'))).toHaveLength(6)
})

test('older releases have one range and no such objects', () => {
  const cluster = createCluster({ version: '1.30' })
  expect(cluster.run('kubectl get servicecidrs').stderr).toBe('error: the server doesn\'t have a resource type "servicecidrs"\n')
  expect(cluster.run('kubectl create service clusterip web --tcp=80 --clusterip=1.2.3.4').stderr).toContain(
    'failed to allocate IP 1.2.3.4: the provided IP (1.2.3.4) is not in the valid range. The range of valid IPs is 10.96.0.0/12',
  )
})
