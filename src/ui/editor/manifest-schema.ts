import { asKind, createDefinitions, definitionName, type Descriptions, type JsonSchema } from '../../sim/api/openapi-schemas'
import { isServed, lateTypes, parseRelease, resourceRows, type ResourceRow } from '../../sim/api/schema/schema'
import aliases from '../../sim/api/schema/aliases-late.json' with { type: 'json' }
import types from '../../sim/api/schema/types-late.json' with { type: 'json' }

// The editor stands beside the worker that holds the cluster, and shows every kind: it needs the rarer types at once.
lateTypes.arrive({ types, aliases })

/**
 * A JSON Schema for manifests, for the editor: which fields a kind has, of what type, with their descriptions. Built from the same tables as
 * the API server's own checks, so the two cannot disagree. Unknown kinds (custom resources) are let through; the server judges them.
 */
export function manifestSchema(version: string, descriptions?: Descriptions): JsonSchema {
  const release = parseRelease(version)
  const rows = resourceRows.filter((row) => isServed(release, row.group, row.version, row.kind))
  const definitions = createDefinitions('v3', descriptions)
  for (const row of rows) definitions.ref(row.type)
  const kinds = new Map(rows.map((row) => [definitionName(row.type), row]))
  const schemas = Object.entries(definitions.all()).map(([name, schema]) => {
    const row = kinds.get(name)
    return [name, closed(row ? asKind(schema, [row]) : schema)] as const
  })
  const suggested = (values: readonly string[]) => ({ anyOf: [{ enum: [...new Set(values)].sort() }, { type: 'string' }] })
  return {
    type: 'object',
    required: ['apiVersion', 'kind'],
    properties: { apiVersion: suggested(rows.map(apiVersionOf)), kind: suggested(rows.map(({ kind }) => kind)) },
    allOf: rows.map((row) => ({
      if: { required: ['apiVersion', 'kind'], properties: { apiVersion: { const: apiVersionOf(row) }, kind: { const: row.kind } } },
      then: { $ref: `#/components/schemas/${definitionName(row.type)}` },
    })),
    components: { schemas: Object.fromEntries(schemas) },
  }
}

/** A struct has the fields it has: another one is a mistake, as strict decoding says too. */
const closed = (schema: JsonSchema): JsonSchema =>
  schema.properties && !schema.additionalProperties ? { ...schema, additionalProperties: false } : schema

const apiVersionOf = ({ group, version }: ResourceRow) => (group ? `${group}/${version}` : version)
