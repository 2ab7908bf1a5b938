import { describe, expect, test } from 'vitest'
import { typedPatchErrors } from '../../../src/sim/api/typed-patch'
import { builtInType } from '../../../src/sim/api/schema/schema'
import { createApi } from '../kinds/api'

const pod = (spec: unknown) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec })
const container = (more: object) => ({ containers: [{ name: 'a', ...more }] })

describe('server-side apply says of a configuration without the form of its kind what structured-merge-diff says', () => {
  const type = builtInType('', 'v1', 'Pod')!
  test.each<readonly [spec: unknown, complaints: readonly string[]]>([
    [container({ image: 'nginx' }), []],
    [{ foo: 1 }, ['.spec.foo: field not declared in schema']],
    [container({ image: 5 }), ['.spec.containers[name="a"].image: expected string, got &value.valueUnstructured{Value:5}']],
    [container({ env: [{ name: 'x', value: true }] }), ['.spec.containers[name="a"].env[name="x"].value: expected string, got &value.valueUnstructured{Value:true}']], // prettier-ignore
    [container({ image: { b: 'x', a: [1] } }), ['.spec.containers[name="a"].image: expected string, got &value.valueUnstructured{Value:map[string]interface {}{"a":[]interface {}{1}, "b":"x"}}']], // prettier-ignore
    [{ terminationGracePeriodSeconds: '5' }, ['.spec.terminationGracePeriodSeconds: expected numeric (int or float), got string']],
    [{ terminationGracePeriodSeconds: true }, ['.spec.terminationGracePeriodSeconds: expected numeric (int or float), got bool']],
    [{ hostNetwork: 'yes' }, ['.spec.hostNetwork: expected boolean, got &{yes}']],
    [{ containers: { name: 'a' } }, ['.spec.containers: expected list, got &{map[name:a]}']],
    [{ securityContext: [1, 'a'] }, ['.spec.securityContext: expected map, got &{[1 a]}']],
    ['x', ['.spec: expected map, got &{x}']],
    [{ containers: [{ name: 'a' }, { name: 'a' }] }, ['.spec.containers: duplicate entries for key [name="a"]']],
    [{ containers: [{ image: 'a' }] }, ['.spec.containers: element 0: associative list with keys has an element that omits key field "name" (and doesn\'t have default value)']], // prettier-ignore
    [container({ ports: [{ containerPort: 80 }, { containerPort: 80, protocol: 'TCP' }] }), ['.spec.containers[name="a"].ports: duplicate entries for key [containerPort=80,protocol="TCP"]']], // prettier-ignore
    [container({ command: ['a', 5] }), ['.spec.containers[name="a"].command[1]: expected string, got &value.valueUnstructured{Value:5}']],
    [container({ resources: { limits: { cpu: 1, memory: {} } } }), ['.spec.containers[name="a"].resources.limits.memory: expected any scalar, got &{map[]}']], // prettier-ignore
    [container({ image: null }), []],
  ])('%j', (spec, complaints) => {
    expect(typedPatchErrors(pod(spec), type)).toEqual(complaints)
  })

  test('several complaints are a list, and the server fails rather than refuses', () => {
    const { ask } = createApi()
    ask('POST', '/api/v1/namespaces', { metadata: { name: 'default' } })
    const body = pod({ hostNetwork: 'yes', containers: [{ name: 'a', image: 5 }] })
    const answer = ask('PATCH', '/api/v1/namespaces/default/pods/web?fieldManager=me', body, {
      'content-type': 'application/apply-patch+yaml',
    })
    expect(answer.status).toBe(500)
    expect(answer.body.message).toBe(
      'failed to create typed patch object (default/web; /v1, Kind=Pod): errors:\n' +
        '  .spec.hostNetwork: expected boolean, got &{yes}\n' +
        '  .spec.containers[name="a"].image: expected string, got &value.valueUnstructured{Value:5}',
    )
  })
})
