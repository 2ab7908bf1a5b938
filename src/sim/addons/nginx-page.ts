import { reasonPhrase } from '../node/os/http-message'

/** nginx' own words beside a status, where they are not those of the RFC. */
const TITLES: Readonly<Record<number, string>> = {
  302: 'Found',
  401: 'Authorization Required',
  405: 'Not Allowed',
  429: 'Too Many Requests',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
}

export const nginxReason = (status: number) => TITLES[status] ?? reasonPhrase(status)

/** The words in a status line, which differ from those in the page for one status. */
export const nginxStatusText = (status: number) =>
  status === 302 ? 'Moved Temporarily' : status === 401 ? 'Unauthorized' : nginxReason(status)

/** The page that nginx without `server_tokens` makes for a status. */
export const nginxPage = (status: number) =>
  `<html>\r\n<head><title>${status} ${nginxReason(status)}</title></head>\r\n<body>\r\n<center><h1>${status} ${nginxReason(status)}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`
