// Writes src/sim/api/types/*.gen.ts from src/sim/api/schema/*.json: one file a group version, one interface a type, for the group versions that
// some source file imports (and those they refer to). The schema itself holds all of them.
//   node scripts/generate-types.mjs           writes the files
//   node scripts/generate-types.mjs --check   exits 1 when a file is out of date
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = new URL('../src/sim/api/', import.meta.url)
const read = (name) => JSON.parse(readFileSync(new URL(`schema/${name}.json`, root), 'utf8'))
const types = { ...read('types'), ...read('types-late') }, aliases = { ...read('aliases'), ...read('aliases-late') }, enums = read('enums'), resources = read('resources')
const served = new Set(resources.map((row) => row.type))

const packageOf = (name) => name.slice(0, name.lastIndexOf('.'))
const shortName = (name) => name.slice(name.lastIndexOf('.') + 1)
const fileOf = (pkg) => pkg.replace('.', '-')

const scalars = {
  string: 'string', boolean: 'boolean', int32: 'number', int64: 'number', float64: 'number', double: 'number',
  bytes: 'string', time: 'string', microtime: 'string', duration: 'string', quantity: 'string',
  'int-or-string': 'number | string', object: 'Readonly<Record<string, unknown>>', any: 'unknown',
}

/** The TypeScript text for a schema type; `use` notes which other packages are referred to. */
function text(type, use) {
  if (Array.isArray(type)) {
    const [shape, of] = type
    const inner = text(of, use)
    return shape === 'list' ? `readonly ${/[| ]/.test(inner) ? `(${inner})` : inner}[]` : `Readonly<Record<string, ${inner}>>`
  }
  if (!type.startsWith('#')) return scalars[type] ?? fail(type)
  const name = type.slice(1)
  if (types[name]) return use(name)
  if (enums[name]) return use(name)
  if (String(aliases[name]).endsWith('struct{}')) return 'Readonly<Record<string, never>>' // a set in Go: keys with nothing behind them
  return text(aliases[name] ?? fail(name), use)
}
const fail = (what) => { throw new Error(`no TypeScript type for ${what}`) }

/** Fields that every stored object has, whatever the wire format allows to leave out. */
const alwaysThere = { 'meta.v1.ObjectMeta': new Set(['name', 'uid', 'resourceVersion', 'creationTimestamp']) }

/** Embedded types that are not objects on the wire (a time, a schema or a boolean…) and so are no interfaces here. */
const notObjects = {
  'apiextensions.v1.JSONSchemaPropsOrArray': 'JSONSchemaProps | readonly JSONSchemaProps[]',
  'apiextensions.v1.JSONSchemaPropsOrBool': 'JSONSchemaProps | boolean',
  'apiextensions.v1.JSONSchemaPropsOrStringArray': 'JSONSchemaProps | readonly string[]',
  'meta.v1.Duration': 'string', 'meta.v1.MicroTime': 'string', 'meta.v1.Time': 'string',
}

function fieldsOf(name) {
  if (!types[name]) return fieldsOf(aliases[name]?.slice(1) ?? fail(name))
  const own = types[name]
  const fields = {}
  for (const inline of own.inline ?? []) Object.assign(fields, fieldsOf(inline.replace("#", "")))
  return Object.assign(fields, own.fields)
}

function interfaceText(name, use) {
  if (notObjects[name]) return `export type ${shortName(name)} = ${notObjects[name]}\n`
  const isKind = served.has(name)
  const lines = isKind ? ['  readonly apiVersion: string', '  readonly kind: string'] : []
  for (const [field, { type, required }] of Object.entries(fieldsOf(name))) {
    if (isKind && (field === 'apiVersion' || field === 'kind')) continue
    const there = required || alwaysThere[name]?.has(field) || (isKind && (field === 'metadata' || field === 'spec'))
    const key = /^[A-Za-z_$][\w$]*$/.test(field) ? field : JSON.stringify(field)
    lines.push(`  readonly ${key}${there ? '' : '?'}: ${text(type, use)}`)
  }
  return `export interface ${shortName(name)} {\n${lines.join('\n')}\n}\n`
}

/** Group versions whose types sources import, by file name. */
function importedFiles() {
  const project = fileURLToPath(new URL('..', import.meta.url))
  const found = new Set()
  for (const folder of ['src', 'test']) {
    for (const entry of readdirSync(join(project, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.tsx?$/.test(entry.name) || entry.name.endsWith('.gen.ts')) continue
      const text = readFileSync(join(entry.parentPath, entry.name), 'utf8')
      for (const [, name] of text.matchAll(/types\/([a-z0-9-]+)\.gen'/g)) found.add(name)
    }
  }
  return found
}

/** Packages that types of `pkg` refer to. */
function referredTo(pkg) {
  const found = new Set()
  const use = (name) => (found.add(packageOf(name)), '')
  for (const name of Object.keys(types)) if (packageOf(name) === pkg) interfaceText(name, use)
  return found
}

const known = [...new Set([...Object.keys(types), ...Object.keys(enums)].map(packageOf))].sort()
const imported = importedFiles()
const packages = known.filter((pkg) => imported.has(fileOf(pkg)))
for (const pkg of packages) for (const other of referredTo(pkg)) if (!packages.includes(other)) packages.push(other)
mkdirSync(new URL('types/', root), { recursive: true })
let stale = 0
for (const pkg of packages) {
  const imports = new Set()
  const use = (name) => {
    if (packageOf(name) === pkg) return shortName(name)
    imports.add(packageOf(name))
    return `${packageOf(name).replace('.', '_')}.${shortName(name)}`
  }
  const body = [
    ...Object.keys(enums).filter((n) => packageOf(n) === pkg && !types[n])
      .map((n) => `export type ${shortName(n)} = ${enums[n].map((v) => JSON.stringify(v)).join(' | ')} | (string & {})\n`),
    ...Object.keys(types).filter((n) => packageOf(n) === pkg).map((n) => interfaceText(n, use)),
  ].join('\n')
  const head = [...imports].sort().map((p) => `import type * as ${p.replace('.', '_')} from './${fileOf(p)}.gen'\n`).join('')
  const content = `// Generated by scripts/generate-types.mjs from schema/*.json: do not edit.\n${head}\n${body}`
  const file = new URL(`types/${fileOf(pkg)}.gen.ts`, root)
  if (process.argv.includes('--check')) {
    if (!existsSync(file) || readFileSync(file, 'utf8') !== content) { console.error(`out of date: ${file.pathname}`); stale++ }
  } else writeFileSync(file, content)
}
const wanted = new Set(packages.map((pkg) => `${fileOf(pkg)}.gen.ts`))
for (const name of readdirSync(new URL('types/', root))) {
  if (wanted.has(name)) continue
  if (process.argv.includes('--check')) { console.error(`nobody imports: ${name}`); stale++ }
  else rmSync(new URL(`types/${name}`, root))
}
process.exit(stale ? 1 : 0)
