import type { Certificate } from '../../formats/x509-forms'

/** A configuration file of OpenSSL: what stands before the first section, and the sections by name, each with its settings in order. */
export type Configuration = ReadonlyMap<string, readonly (readonly [name: string, value: string])[]>

/** The part of a file that has no heading. */
const TOP = ''

/** Reads a configuration file. Comments and quotes go; a line that ends in a backslash goes on in the next. */
export function readConfiguration(text: string): Configuration {
  const sections = new Map<string, [string, string][]>([[TOP, []]])
  let section = sections.get(TOP)!
  for (const line of text.replace(/\\\n/g, '').split('\n')) {
    const plain = line.replace(/#.*$/, '').trim()
    const heading = /^\[\s*(\S+)\s*\]$/.exec(plain)?.[1]
    if (heading !== undefined) sections.set(heading, (section = sections.get(heading) ?? []))
    else if (plain.includes('=')) section.push([plain.slice(0, plain.indexOf('=')).trim(), unquoted(plain.slice(plain.indexOf('=') + 1))])
  }
  return sections
}

const unquoted = (text: string) => text.trim().replace(/^"(.*)"$/, '$1')

/** A setting of a section; the last one wins. */
export const settingOf = (configuration: Configuration, section: string, name: string): string | undefined =>
  configuration.get(section)?.findLast(([each]) => each === name)?.[1]

/** The distinguished name that a request's section leads to, as `-subj` would give it. */
export function configuredName(configuration: Configuration): string | undefined {
  const section = settingOf(configuration, 'req', 'distinguished_name') ?? 'dn'
  const parts = (configuration.get(section) ?? []).filter(([name]) => /^[A-Za-z]+$/.test(name))
  return parts.length > 0 ? parts.map(([type, value]) => `/${type}=${value}`).join('') : undefined
}

/** What a section of extensions makes of a certificate. */
export type Extensions = Pick<Certificate, 'alternativeNames' | 'usages' | 'isAuthority'>

/** The extensions of a section, or of the file's top; none where there is no such section. */
export function extensionsOf(configuration: Configuration, section = TOP): Extensions {
  const named = settingOf(configuration, section, 'subjectAltName') ?? ''
  const usages = (settingOf(configuration, section, 'extendedKeyUsage') ?? '').split(',').map((usage) => usage.trim())
  return {
    alternativeNames: named.startsWith('@') ? listedNames(configuration, named.slice(1)) : alternativeNamesIn(named),
    usages: usages.filter((usage) => usage !== '' && usage !== 'critical'),
    isAuthority: /CA:true/i.test(settingOf(configuration, section, 'basicConstraints') ?? ''),
  }
}

/** `DNS.1 = a`, `IP.1 = 10.0.0.1`: a list of names as a section of its own. */
const listedNames = (configuration: Configuration, section: string) =>
  (configuration.get(section) ?? []).flatMap(([name, value]) => alternativeNamesIn(`${name.replace(/\.\d+$/, '')}:${value}`))

/** `DNS:a,IP:10.0.0.1` as certificates have it. */
export const alternativeNamesIn = (text: string): readonly string[] =>
  text
    .split(',')
    .map((name) => name.trim().replace(/^IP:/, 'IP Address:'))
    .filter((name) => name !== '' && name !== 'critical')
