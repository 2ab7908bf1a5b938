import { gatewayFabricVersions, ingressNginxVersions } from '../node/images/ingress'
import { example } from './examples/examples'
import { gatewayApiManifest } from './gateway/crds'
import { gatewayFabricDefinitions, gatewayFabricManifest } from './gateway/manifest'
import { gatewayApiVersions } from './gateway/versions'
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

const GATEWAY_API =
  /^github\.com\/kubernetes-sigs\/gateway-api\/releases\/(?:download\/v([\d.]+)|latest\/download)\/standard-install\.yaml$/
const GATEWAY_FABRIC =
  /^raw\.githubusercontent\.com\/nginx(?:inc)?\/nginx-gateway-fabric\/(?:v([\d.]+)|main)\/deploy\/(crds|default\/deploy|nodeport\/deploy)\.yaml$/

/** Manifests under the URLs, without their scheme, from which people install add-ons and apply the documentation's examples; undefined for everything else. */
export const downloads = (url: string): string | undefined => example(url) ?? ingressNginx(url) ?? gatewayApi(url) ?? gatewayFabric(url)

/** The version that is asked for, if it is known; the newest where none is. */
const known = (versions: readonly string[], asked: string | undefined) =>
  asked === undefined ? versions[0] : versions.find((each) => each === asked)

function ingressNginx(url: string): string | undefined {
  const [found, , version, name = ''] = INGRESS_NGINX.exec(url) ?? []
  const provider = Object.hasOwn(providers, name) ? providers[name] : undefined
  const wanted = found && provider && known(ingressNginxVersions, version)
  return wanted && ingressNginxManifest(provider, wanted)
}

function gatewayApi(url: string): string | undefined {
  const [found, version] = GATEWAY_API.exec(url) ?? []
  const wanted = found && known(gatewayApiVersions, version)
  return wanted && gatewayApiManifest(wanted)
}

function gatewayFabric(url: string): string | undefined {
  const [found, version, file] = GATEWAY_FABRIC.exec(url) ?? []
  const wanted = found && known(gatewayFabricVersions, version)
  if (!wanted) return undefined
  return file === 'crds'
    ? gatewayFabricDefinitions()
    : gatewayFabricManifest(wanted, file === 'nodeport/deploy' ? 'NodePort' : 'LoadBalancer')
}
