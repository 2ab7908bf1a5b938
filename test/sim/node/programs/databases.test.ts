import { expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'

const ON_A_VOLUME = `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: mysql}
spec:
  selector: {matchLabels: {app: mysql}}
  strategy: {type: Recreate}
  template:
    metadata: {labels: {app: mysql}}
    spec:
      containers:
      - name: mysql
        image: mysql:8.4
        env: [{name: MYSQL_ROOT_PASSWORD, value: secret}]
        ports: [{containerPort: 3306}]
        volumeMounts: [{name: data, mountPath: /var/lib/mysql}]
      volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
`

test('what a database wrote to its volume is there for the Pod that comes after', () => {
  const cluster = createCluster({ seed: 1 })
  cluster.run(`cat > mysql.yaml <<'X'\n${ON_A_VOLUME}\nX\nkubectl apply -f mysql.yaml; kubectl expose deployment mysql --port=3306; kubectl rollout status deploy/mysql; sleep 20`)
  const client = (sql: string) => cluster.run(`kubectl run client --image=mysql:8.4 -i --rm --restart=Never -- mysql -h mysql -psecret -e "${sql}"`).stdout
  client("create database shop; create table shop.fruit (name varchar(10)); insert into shop.fruit values ('apple')")
  cluster.run('kubectl delete pod -l app=mysql; kubectl rollout status deploy/mysql; sleep 20')
  expect(client('select * from shop.fruit')).toContain('name\napple\n')
}) // prettier-ignore

test('PostgreSQL answers psql in its own way', () => {
  const cluster = createCluster({ seed: 1 })
  cluster.run('kubectl run pg --image=postgres:17 --env=POSTGRES_PASSWORD=secret; kubectl wait --for=condition=Ready pod/pg; sleep 10')
  const psql = (more: string) => cluster.run(`kubectl exec pg -- psql -U postgres ${more}`)
  expect(psql(`-c "create table t (a int, b text)" -c "insert into t values (1, 'x'), (20, null)" -c "select * from t"`).stdout).toBe(
    'CREATE TABLE\nINSERT 0 2\n a  | b \n----+---\n  1 | x\n 20 | \n(2 rows)\n\n',
  )
  expect(psql('-tAc "select count(*) from t"').stdout).toBe('2\n')
  expect(psql('-c "select nothing"')).toMatchObject({
    stderr: expect.stringMatching(/^ERROR: {2}column "nothing" does not exist\n/),
    code: 1,
  })
  expect(cluster.run('kubectl exec pg -- env PGPASSWORD=wrong psql -h localhost -U postgres -c "select 1"').stderr).toContain(
    'FATAL:  password authentication failed for user "postgres"',
  )
})
