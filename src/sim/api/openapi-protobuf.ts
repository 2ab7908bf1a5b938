import { createProtobufWriter, type ProtobufWriter } from './protobuf-writer'

/**
 * Writes an OpenAPI 2 document as gnostic's `openapi.v2.Document`, the only form in which kubectl asks for it. What a message's fields are
 * called in JSON, which number they have and what they hold: see OpenAPIv2.proto of github.com/google/gnostic-models.
 */
export function encodeDocument(document: unknown): Uint8Array {
  const writer = createProtobufWriter()
  write(writer, 'Document', document as Json)
  return writer.bytes()
}

type Json = { readonly [key: string]: unknown }

/** How one field is written: its number, what it holds, and whether that repeats. */
type FieldRule = readonly [number: number, holds: string, repeats?: 'list' | 'map']

const MESSAGES: Readonly<Record<string, Readonly<Record<string, FieldRule>>>> = {
  Document: {
    swagger: [1, 'string'],
    info: [2, 'Info'],
    paths: [8, 'Paths'],
    definitions: [9, 'Definitions'],
    security: [12, 'SecurityRequirement', 'list'],
    securityDefinitions: [13, 'SecurityDefinitions'],
  },
  Info: { title: [1, 'string'], version: [2, 'string'] },
  Paths: { '*': [2, 'PathItem', 'map'] },
  PathItem: {
    get: [2, 'Operation'],
    put: [3, 'Operation'],
    post: [4, 'Operation'],
    delete: [5, 'Operation'],
    patch: [8, 'Operation'],
    parameters: [9, 'ParametersItem', 'list'],
  },
  Operation: {
    tags: [1, 'string', 'list'],
    description: [3, 'string'],
    operationId: [5, 'string'],
    produces: [6, 'string', 'list'],
    consumes: [7, 'string', 'list'],
    parameters: [8, 'ParametersItem', 'list'],
    responses: [9, 'Responses'],
    schemes: [10, 'string', 'list'],
    'x-': [13, 'Any', 'map'],
  },
  BodyParameter: { name: [2, 'string'], in: [3, 'string'], required: [4, 'bool'], schema: [5, 'Schema'] },
  QueryParameter: { in: [2, 'string'], description: [3, 'string'], name: [4, 'string'], type: [6, 'string'], uniqueItems: [19, 'bool'] },
  PathParameter: {
    required: [1, 'bool'],
    in: [2, 'string'],
    description: [3, 'string'],
    name: [4, 'string'],
    type: [5, 'string'],
    uniqueItems: [18, 'bool'],
  },
  Responses: { '*': [1, 'ResponseValue', 'map'] },
  Response: { description: [1, 'string'], schema: [2, 'SchemaItem'] },
  Definitions: { '*': [1, 'Schema', 'map'] },
  Properties: { '*': [1, 'Schema', 'map'] },
  Schema: {
    $ref: [1, 'string'],
    format: [2, 'string'],
    description: [4, 'string'],
    default: [5, 'Any'],
    maximum: [7, 'double'],
    minimum: [9, 'double'],
    maxLength: [11, 'int'],
    minLength: [12, 'int'],
    pattern: [13, 'string'],
    maxItems: [14, 'int'],
    minItems: [15, 'int'],
    required: [19, 'string', 'list'],
    enum: [20, 'Any', 'list'],
    additionalProperties: [21, 'AdditionalProperties'],
    type: [22, 'TypeItem'],
    items: [23, 'ItemsItem'],
    allOf: [24, 'Schema', 'list'],
    properties: [25, 'Properties'],
    'x-': [31, 'Any', 'map'],
  },
  SecurityRequirement: { '*': [1, 'StringArray', 'map'] },
  SecurityDefinitions: { '*': [1, 'SecurityDefinition', 'map'] },
  ApiKey: { type: [1, 'string'], name: [2, 'string'], in: [3, 'string'], description: [4, 'string'] },
}

/** Messages that only wrap another value: the field's number, and what is in it. */
const WRAPPERS: Readonly<Record<string, (value: unknown) => readonly [number, string, unknown][]>> = {
  ParametersItem: (value) => [[1, 'Parameter', value]],
  Parameter: (value) => ((value as Json).in === 'body' ? [[1, 'BodyParameter', value]] : [[2, 'NonBodyParameter', value]]),
  NonBodyParameter: (value) => ((value as Json).in === 'path' ? [[4, 'PathParameter', value]] : [[3, 'QueryParameter', value]]),
  ResponseValue: (value) => [[1, 'Response', value]],
  SchemaItem: (value) => [[1, 'Schema', value]],
  AdditionalProperties: (value) => (typeof value === 'boolean' ? [[2, 'bool', value]] : [[1, 'Schema', value]]),
  TypeItem: (value) => [[1, 'string', value]],
  ItemsItem: (value) => [[1, 'Schema', value]],
  SecurityDefinition: (value) => [[2, 'ApiKey', value]],
  StringArray: (value) => (value as readonly string[]).map((text) => [1, 'string', text]),
  Any: (value) => [[2, 'string', JSON.stringify(value)]], // its field `yaml`; JSON is YAML
}

function write(writer: ProtobufWriter, message: string, value: unknown) {
  const wrapped = WRAPPERS[message]?.(value)
  if (wrapped) {
    for (const [number, holds, inner] of wrapped) writeField(writer, number, holds, inner)
    return
  }
  const rules = MESSAGES[message]!
  for (const [key, inner] of Object.entries(value as Json)) {
    const rule = rules[key] ?? rules['*'] ?? (key.startsWith('x-') ? rules['x-'] : undefined)
    if (!rule) continue // a key that the message has no place for
    const [number, holds, repeats] = rule
    if (repeats === 'list') for (const item of inner as readonly unknown[]) writeField(writer, number, holds, item)
    else if (repeats === 'map') writeNamed(writer, number, key, holds, inner)
    else writeField(writer, number, holds, inner)
  }
}

/** gnostic's maps are lists of `{name, value}`, in the order of the document. */
function writeNamed(writer: ProtobufWriter, number: number, name: string, holds: string, value: unknown) {
  writer.message(number, (entry) => {
    entry.text(1, name)
    writeField(entry, 2, holds, value)
  })
}

function writeField(writer: ProtobufWriter, number: number, holds: string, value: unknown) {
  if (holds === 'string') writer.text(number, String(value))
  else if (holds === 'bool') writer.integer(number, value ? 1 : 0)
  else if (holds === 'int') writer.integer(number, Number(value))
  else if (holds === 'double') writer.double(number, Number(value))
  else writer.message(number, (inner) => write(inner, holds, value))
}
