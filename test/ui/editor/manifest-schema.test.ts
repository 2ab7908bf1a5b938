import { expect, test } from 'vitest'
import { manifestSchema } from '../../../src/ui/editor/manifest-schema'

interface Schema {
  readonly allOf: readonly {
    readonly if: { readonly properties: { readonly apiVersion: { const: string }; readonly kind: { const: string } } }
    readonly then: { readonly $ref: string }
  }[]
  readonly components: {
    readonly schemas: Readonly<Record<string, { properties?: Readonly<Record<string, unknown>>; additionalProperties?: unknown }>>
  }
}

const kindsOf = (version: string) =>
  (manifestSchema(version) as unknown as Schema).allOf.map(
    ({ if: { properties } }) => `${properties.apiVersion.const} ${properties.kind.const}`,
  )

test('a Deployment has the fields of apps/v1 and no others', () => {
  const { allOf, components } = manifestSchema('1.36') as unknown as Schema
  const deployment = allOf.find(({ if: { properties } }) => properties.kind.const === 'Deployment')!
  const name = deployment.then.$ref.slice('#/components/schemas/'.length)
  expect(Object.keys(components.schemas[name]!.properties!).sort()).toEqual(['apiVersion', 'kind', 'metadata', 'spec', 'status'])
  expect(components.schemas[name]!.additionalProperties).toBe(false)
  expect(components.schemas['io.k8s.api.apps.v1.DeploymentSpec']!.properties).toHaveProperty('strategy')
})

test('every reference leads to a schema', () => {
  const schema = manifestSchema('1.36') as unknown as Schema
  const references = JSON.stringify(schema).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)
  for (const [, name] of references) expect(schema.components.schemas).toHaveProperty([name!])
})

test.each([
  ['1.36', 'extensions/v1beta1 Deployment', false],
  ['1.16', 'apps/v1 Deployment', true],
  ['1.20', 'networking.k8s.io/v1beta1 Ingress', true],
  ['1.22', 'networking.k8s.io/v1beta1 Ingress', false],
  ['1.36', 'networking.k8s.io/v1 Ingress', true],
])('a manifest for release %s may hold %s: %s', (version, kind, served) => {
  expect(kindsOf(version).includes(kind)).toBe(served)
})
