/** Familiar addresses of a kubeadm cluster (DESIGN §4). */
export const KUBERNETES_SERVICE_ADDRESS = '10.96.0.1'
export const CLUSTER_DNS_ADDRESS = '10.96.0.10'
export const POD_CIDR = '192.168.0.0/16'
export const SERVICE_CIDR = '10.96.0.0/12'
export const API_SERVER_PORT = 6443

/** Address of a host: controlplane is number 1, node01 number 2, and so on. */
export const hostAddress = (number: number) => `172.${30 + Math.floor(number / 250)}.${number % 250}.2`
