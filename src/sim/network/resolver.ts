/** What /etc/resolv.conf says. See resolv.conf(5). */
export interface ResolverConfig {
  readonly nameservers: readonly string[]
  readonly search: readonly string[]
  readonly ndots: number
}

export function parseResolvConf(text: string): ResolverConfig {
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/))
  const values = (keyword: string) => lines.filter(([first]) => first === keyword)
  const ndots = values('options')
    .flat()
    .map((option) => /^ndots:(\d+)$/.exec(option)?.[1])
    .find((value) => value !== undefined)
  return {
    nameservers: values('nameserver').map(([, address]) => address ?? ''),
    search: values('search').at(-1)?.slice(1) ?? [],
    ndots: ndots === undefined ? 1 : Number(ndots),
  }
}

/** Full names to try for `name`, in order: with enough dots as it is first, else the search list first. A last dot makes a name final. */
export function candidates(name: string, { search, ndots }: ResolverConfig, useSearch: boolean): readonly string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)]
  if (!useSearch) return [name]
  const searched = search.map((domain) => `${name}.${domain}`)
  return name.split('.').length - 1 >= ndots ? [name, ...searched] : [...searched, name]
}

/** The address that /etc/hosts has for a name. */
export function addressInHosts(text: string, name: string): string | undefined {
  for (const line of text.split('\n')) {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    if (address && names.includes(name)) return address
  }
  return undefined
}

/** The name that /etc/hosts has for an address. */
export function nameInHosts(text: string, address: string): string | undefined {
  for (const line of text.split('\n')) {
    const [first, name] = line.replace(/#.*/, '').trim().split(/\s+/)
    if (first === address && name) return name
  }
  return undefined
}
