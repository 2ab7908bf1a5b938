import { beforeEach, describe, expect, test } from 'vitest'
import { createCluster, type Cluster } from '../../../../src/sim/cluster'

const role = (rules: string) =>
  `apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: reader, namespace: default}\nrules: ${rules}\n`
const binding = (roleName: string, user: string) =>
  `apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: reader, namespace: default}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: ${roleName}}\nsubjects: [{kind: User, name: ${user}, apiGroup: rbac.authorization.k8s.io}]\n`

describe('kubectl auth reconcile', () => {
  let cluster: Cluster
  const reconcile = (manifest: string, flags = '') =>
    cluster.run(`cat > /tmp/rbac.yaml <<'EOF'\n${manifest}EOF\nkubectl auth reconcile -f /tmp/rbac.yaml ${flags}`)

  beforeEach(() => {
    cluster = createCluster({ seed: 1 })
    cluster.run(
      `kubectl create role reader --verb=get,list --resource=pods,pods/log; kubectl create rolebinding reader --role=reader --user=jane`,
    )
  })

  test('gives a role the rules it lacks, and takes others away only when told to', () => {
    const wanted = role('[{apiGroups: [""], resources: [pods], verbs: [get, watch]}]')
    expect(reconcile(wanted, '--dry-run=client').stdout).toBe('role.rbac.authorization.k8s.io/reader reconciled (dry run)\n')
    expect(reconcile(wanted)).toEqual({
      stdout: 'role.rbac.authorization.k8s.io/reader reconciled\n',
      stderr:
        '\treconciliation required update\n\tmissing rules added:\n\t\t{Verbs:[watch] APIGroups:[] Resources:[pods] ResourceNames:[] NonResourceURLs:[]}\n',
      code: 0,
    })
    expect(reconcile(wanted).stderr).toBe('')
    expect(reconcile(wanted, '--remove-extra-permissions').stderr).toContain(
      '\textra rules removed:\n\t\t{Verbs:[list] APIGroups:[] Resources:[pods] ResourceNames:[] NonResourceURLs:[]}\n',
    )
    expect(cluster.run('kubectl get role reader -o jsonpath={.rules}').stdout).toBe(
      '[{"apiGroups":[""],"resources":["pods"],"verbs":["get","watch"]}]',
    )
  })

  test('adds subjects to a binding, and makes one of another role anew', () => {
    expect(reconcile(binding('reader', 'joe')).stderr).toBe(
      '\treconciliation required update\n\tmissing subjects added:\n\t\t{Kind:User APIGroup:rbac.authorization.k8s.io Name:joe Namespace:}\n',
    )
    expect(cluster.run('kubectl get rolebinding reader -o jsonpath={.subjects[*].name}').stdout).toBe('jane joe')
    expect(reconcile(binding('other', 'joe')).stderr).toBe('\treconciliation required recreate\n')
    expect(cluster.run('kubectl get rolebinding reader -o jsonpath={.roleRef.name}').stdout).toBe('other')
  })

  test('creates what is missing with its namespace, and leaves alone what opted out', () => {
    expect(reconcile(role('[]').replace('reader, namespace: default', 'fresh, namespace: new')).stderr).toBe(
      '\treconciliation required create\n',
    )
    expect(cluster.run('kubectl get role -n new -o name').stdout).toBe('role.rbac.authorization.k8s.io/fresh\n')
    cluster.run('kubectl annotate role reader rbac.authorization.kubernetes.io/autoupdate=false')
    expect(reconcile(role('[{apiGroups: [""], resources: [secrets], verbs: [get]}]')).stderr).toContain(
      'required update, but object opted out (rbac.authorization.kubernetes.io/autoupdate: false)',
    )
    expect(cluster.run('kubectl get role reader -o jsonpath={.rules[*].resources[*]}').stdout).not.toContain('secrets')
  })

  test('is for roles and bindings of v1 alone', () => {
    expect(reconcile(role('[]').replace('/v1', '/v1beta1')).stderr).toBe(
      'error: only rbac.authorization.k8s.io/v1 is supported: not *v1beta1.Role\n',
    )
    expect(reconcile('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n')).toEqual({ stdout: '', stderr: '', code: 0 })
    expect(cluster.run('kubectl auth reconcile').stderr).toBe('error: must specify one of -f and -k\n')
  })
})
