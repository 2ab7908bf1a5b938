import { ingressNginxVersions } from '../node/images/ingress'
import { ingressNginxManifest, type Provider } from './ingress-nginx/manifest'

const INGRESS_NGINX =
  /^raw\.githubusercontent\.com\/kubernetes\/ingress-nginx\/(main|controller-v([\d.]+))\/deploy\/static\/provider\/(\w+)\/deploy\.yaml$/

/** Providers of which there is a manifest; those of clouds differ from `cloud` in annotations only. */
const providers: Readonly<Record<string, Provider>> = {
  cloud: 'cloud',
  aws: 'cloud',
  do: 'cloud',
  scw: 'cloud',
  exoscale: 'cloud',
  baremetal: 'baremetal',
  kind: 'kind',
}

/** Manifests under the URLs, without their scheme, from which people install add-ons; undefined for everything else. */
export function downloads(url: string): string | undefined {
  const [found, branch, version = '', name = ''] = INGRESS_NGINX.exec(url) ?? []
  const provider = Object.hasOwn(providers, name) ? providers[name] : undefined
  if (!found || !provider) return undefined
  const wanted = branch === 'main' ? ingressNginxVersions[0] : ingressNginxVersions.find((each) => each === version)
  return wanted && ingressNginxManifest(provider, wanted)
}
