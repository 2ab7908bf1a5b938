/** Whether a host is meant by a name: itself, or `*.example.com` for everything under it; a name that is left out means all. */
export const meansHost = (name: string, host: string) =>
  name === '' || name === host || (name.startsWith('*.') && host.endsWith(name.slice(1)) && host.length > name.length - 1)

/** For which hosts a route with this name answers on a listener with that one; undefined when both have nothing in common. */
export function commonHost(listener: string, route: string): string | undefined {
  if (meansHost(listener, route)) return route || listener
  return meansHost(route, listener) ? listener : undefined
}

/** How narrow a name is: the more particular one counts when several mean the same host. */
export const narrowness = (name: string) => (name === '' ? 0 : name.startsWith('*.') ? name.length : 1000 + name.length)
