import { beforeAll, describe, expect, test } from 'vitest'
import { createCluster, type Cluster } from '../../../src/sim/cluster'

const version = 'client.authentication.k8s.io/v1'
const answer = (status: object | undefined, apiVersion = version) => JSON.stringify({ kind: 'ExecCredential', apiVersion, status })
const notInstalled = `

It looks like you are trying to use a client-go credential plugin that is not installed.

To learn more about this feature, consult the documentation available at:
      https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
`

describe('a credential plug-in says who the caller is', () => {
  let cluster: Cluster
  beforeAll(() => {
    cluster = createCluster({ seed: 3 })
    cluster.run('kubectl create serviceaccount robot')
    cluster.run(`cat > /root/plug.sh <<'X'
#!/bin/sh
echo "asked: $KUBERNETES_EXEC_INFO $GREETING" >&2
echo "{\\"kind\\":\\"ExecCredential\\",\\"apiVersion\\":\\"${version}\\",\\"status\\":{\\"token\\":\\"$(kubectl create token robot)\\"}}"
X
chmod +x /root/plug.sh`)
  })

  const plug = (words: string) =>
    cluster.run(
      `kubectl config unset users.plug; kubectl config set-credentials plug --exec-api-version=${version} --exec-interactive-mode=Never ${words}`,
    )

  test('its token goes with every request, and it hears what it was told', () => {
    plug('--exec-command=/root/plug.sh --exec-env=GREETING=hello')
    const { stdout, stderr } = cluster.run("kubectl auth whoami --user=plug -o jsonpath='{.status.userInfo.username}'")
    expect(stdout).toBe('system:serviceaccount:default:robot')
    expect(stderr).toBe(`asked: {"kind":"ExecCredential","apiVersion":"${version}","spec":{"interactive":false}} hello\n`)
  })

  /** As kubectl 1.33 tells of such programs. */
  test.each([
    ['one that is not there', '--exec-command=nosuch', `exec: executable nosuch not found${notInstalled}`],
    ['one that fails', `--exec-command=sh --exec-arg=-c --exec-arg='exit 3'`, 'exec: executable sh failed with exit code 3\n'],
    ['one that prints something else', '--exec-command=echo --exec-arg=hello', `decoding stdout: couldn't get version/kind; json parse error: json: cannot unmarshal string into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }\n`], // prettier-ignore
    ['one without a status', answer(undefined), "exec plugin didn't return a status field\n"],
    ['one without credentials', answer({}), "exec plugin didn't return a token or cert/key pair\n"],
    ['one with half a pair', answer({ clientKeyData: 'x' }), 'exec plugin returned only certificate or key, not both\n'], // prettier-ignore
    ['one of another version', answer({ token: 'x' }, `${version}beta1`), `exec plugin is configured to use API version ${version}, plugin returned version ${version}beta1\n`], // prettier-ignore
    ['one that needs a terminal', '--exec-command=true --exec-interactive-mode=Always', 'exec plugin cannot support interactive mode: standard input is not a terminal\n'], // prettier-ignore
  ])('%s is told as a server out of reach', (_, words, problem) => {
    cluster.run(`cat > /root/answer <<'X'\n${words}\nX`)
    plug(words.startsWith('{') ? '--exec-command=cat --exec-arg=/root/answer' : words)
    expect(cluster.run('kubectl get --raw /api --user=plug < /dev/null')).toEqual({
      stdout: '',
      stderr: `Unable to connect to the server: getting credentials: ${problem}`,
      code: 1,
    })
  })

  test('a kuberc may forbid it', () => {
    plug('--exec-command=echo')
    const policy = (words: string) => cluster.run(`kubectl kuberc set --overwrite --section credentialplugin --policy ${words}`)
    policy('DenyAll')
    expect(cluster.run('kubectl get pods --user=plug').stderr).toContain('plugin "echo" not allowed: policy set to "DenyAll"')
    policy('Allowlist --allowlist-entry command=cat')
    expect(cluster.run('kubectl get pods --user=plug').stderr).toContain('is not permitted by the credential plugin allowlist')
    cluster.run('rm /root/.kube/kuberc')
  })
})
