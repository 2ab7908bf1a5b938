// Writes src/sim/api/schema/descriptions.gen.json: what `kubectl explain` says about types and fields. The texts are the API's own documentation
// (Apache-2.0), taken from the typings of @kubernetes/client-node, which is generated from the API of the same release.
//   node scripts/generate-descriptions.mjs           writes the file
//   node scripts/generate-descriptions.mjs --check   exits 1 when it is out of date
// Shape: type name → [description of the type, { field: description }].
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const schema = new URL('../src/sim/api/schema/', import.meta.url)
const models = new URL('../node_modules/@kubernetes/client-node/dist/gen/models/', import.meta.url)
const read = (name) => JSON.parse(readFileSync(new URL(name, schema), 'utf8'))
const types = Object.fromEntries(Object.entries({ ...read('types.json'), ...read('types-late.json') }).sort(([x], [y]) => (x < y ? -1 : 1)))

const capital = (word) => word[0].toUpperCase() + word.slice(1)

/** The typings name a type `V1Pod`, and with its group in front where groups share a name: `CoreV1Event`, `EventsV1Event`. */
function typingsOf(name) {
  const [group, version, type] = name.split('.')
  const file = [`${capital(group)}${capital(version)}${type}`, `${capital(version)}${type}`]
    .map((model) => new URL(`${model}.d.ts`, models))
    .find((url) => existsSync(url))
  return file && readFileSync(file, 'utf8')
}

const plain = (comment) =>
  comment
    .replace(/^\s*\/?\*+\/?/gm, '')
    .replace(/\\(["'])/g, '$1')
    .trim()

function describe(name, text) {
  const [head, body] = text.split(/export declare class \w+ \{/)
  const own = /\/\*\*((?:(?!\*\/)[^])*)\*\/\s*$/.exec(head)?.[1]
  const fields = {}
  for (const [, comment, quoted] of body.matchAll(/\/\*\*((?:(?!\*\/)[^])*)\*\/\s*'([^']+)'\??:/g)) {
    const field = quoted.replace(/^_/, '').replace(/_([a-z])/g, (_, letter) => letter.toUpperCase())
    const known = allFields(name)
    const match = known.find((each) => each === quoted) ?? known.find((each) => each === field) ?? known.find((each) => fold(each) === fold(quoted))
    if (match && match !== 'apiVersion' && match !== 'kind') fields[match] = plain(comment)
  }
  return [own ? plain(own) : '', fields]
}

const fold = (field) => field.replace(/[^A-Za-z0-9]/g, '').toLowerCase()

function allFields(name) {
  const type = types[name]
  return type ? [...Object.keys(type.fields), ...(type.inline ?? []).flatMap((inline) => (typeof inline === 'string' ? allFields(inline.slice(1)) : []))] : []
}

const described = {}
for (const name of Object.keys(types)) {
  const text = typingsOf(name)
  if (text) described[name] = describe(name, text)
}
const content = JSON.stringify(described) + '\n'
const file = new URL('descriptions.gen.json', schema)
if (process.argv.includes('--check')) {
  if (!existsSync(file) || readFileSync(file, 'utf8') !== content) {
    console.error(`out of date: ${file.pathname}`)
    process.exit(1)
  }
} else writeFileSync(file, content)
