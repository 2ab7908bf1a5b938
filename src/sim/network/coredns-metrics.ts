import { parseCorefile } from './corefile'

/**
 * What CoreDNS' prometheus plugin tells: the build, and which plugins serve which zone. Requests are not counted. Undefined when the Corefile
 * cannot be read or does not have that plugin.
 */
export function corednsMetrics(corefile: string, version: string): string | undefined {
  const blocks = parseCorefile(corefile)
  if (typeof blocks === 'string' || !blocks.some(({ plugins }) => plugins.some(({ name }) => name === 'prometheus'))) return undefined
  const enabled = blocks.flatMap(({ zones, port, plugins }) =>
    zones.flatMap((zone) =>
      plugins.map(({ name }) => `coredns_plugin_enabled{name="${name}",server="dns://:${port}",view="",zone="${zone}."} 1\n`),
    ),
  )
  return `# HELP coredns_build_info A metric with a constant '1' value labeled by version, revision, and goversion from which CoreDNS was built.
# TYPE coredns_build_info gauge
coredns_build_info{goversion="go1.25.2",revision="1db4568",version="${version}"} 1
# HELP coredns_plugin_enabled A metric that indicates whether a plugin is enabled on per server and zone basis.
# TYPE coredns_plugin_enabled gauge
${[...new Set(enabled)].join('')}`
}
