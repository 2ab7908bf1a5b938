import { file, programFile } from '../os/file-nodes'
import type { Repository } from './image'
import { same } from './system'

/** Versions of the controller that there are images and manifests of, newest first. */
export const ingressNginxVersions = [
  '1.14.1', '1.14.0', '1.13.5', '1.13.3', '1.13.2', '1.13.1', '1.13.0', '1.12.8', '1.12.4', '1.12.3', '1.12.2', '1.12.1', '1.12.0',
  '1.11.8', '1.11.5', '1.11.4', '1.11.3', '1.11.2', '1.11.1', '1.11.0', '1.10.6', '1.10.1', '1.10.0', '1.9.6', '1.9.5', '1.9.4', '1.9.3', '1.9.1', '1.9.0',
  '1.8.5', '1.8.4', '1.8.2', '1.8.1', '1.8.0', '1.7.1', '1.7.0', '1.6.4', '1.5.1', '1.4.0', '1.3.1', '1.3.0', '1.2.1', '1.2.0', '1.1.3', '1.1.2', '1.1.1', '1.1.0', '1.0.5', '1.0.4', '1.0.0',
] as const // prettier-ignore

/** Versions of NGINX Gateway Fabric, newest first. */
export const gatewayFabricVersions = ['2.4.0', '2.3.0', '2.2.2', '2.2.1', '2.2.0', '2.1.4', '2.1.2', '2.1.1', '2.1.0', '2.0.2', '2.0.1', '2.0.0'] as const // prettier-ignore

/** Controllers that serve Ingresses and Gateways (src/sim/addons/). */
export const ingressControllers: readonly Repository[] = [
  {
    names: ['registry.k8s.io/ingress-nginx/controller', 'k8s.gcr.io/ingress-nginx/controller'],
    tags: same(ingressNginxVersions.map((version) => `v${version}`)),
    sizeBytes: 104_000_000,
    tools: 'alpine',
    adds: ['curl', 'openssl', 'bash'],
    user: '101',
    cmd: ['/nginx-ingress-controller'],
    workingDir: '/etc/nginx',
    files: (version) => ({
      '/nginx-ingress-controller': programFile(`nginx-ingress-controller/${version}`),
      '/wait-shutdown': file('#!/bin/sh\nkill -TERM 1\n', 0o755),
    }),
  },
  {
    names: ['ghcr.io/nginx/nginx-gateway-fabric', 'ghcr.io/nginxinc/nginx-gateway-fabric'],
    tags: same(gatewayFabricVersions),
    sizeBytes: 32_000_000,
    tools: 'none',
    user: '101:1001',
    entrypoint: ['/usr/bin/gateway'],
    files: (version) => ({ '/usr/bin/gateway': programFile(`nginx-gateway/${version}`) }),
  },
  {
    names: ['ghcr.io/nginx/nginx-gateway-fabric/nginx', 'ghcr.io/nginxinc/nginx-gateway-fabric/nginx'],
    tags: same(gatewayFabricVersions),
    sizeBytes: 62_000_000,
    tools: 'alpine',
    adds: ['curl'],
    user: '101:1001',
    entrypoint: ['/agent/entrypoint.sh'],
    files: (version) => ({ '/agent/entrypoint.sh': programFile(`nginx-gateway-nginx/${version}`) }),
  },
]
