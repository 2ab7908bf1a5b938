import { fromBase64 } from '../../kinds/core/data-size'
import { bytesFromText } from '../../node/os/text'
import { digest } from '../../shell/tools/digests'
import { base64 } from '../../shell/tools/jq/formats'
import { apr1 } from '../../shell/tools/password-hash'

/** Who asks with this header, if anybody; and whether a file as `htpasswd` writes it knows the password. */
export function isKnownUser(file: string, authorization: string | undefined): readonly [user: string | undefined, known: boolean] {
  const given = /^Basic\s+(\S+)$/i.exec(authorization ?? '')?.[1]
  const text = given === undefined ? undefined : fromBase64(given)
  if (text === undefined || !text.includes(':')) return [undefined, false]
  const user = text.slice(0, text.indexOf(':'))
  const password = text.slice(user.length + 1)
  const line = file.split('\n').find((each) => each.startsWith(`${user}:`))
  return [
    user,
    line !== undefined &&
      matches(
        line
          .slice(user.length + 1)
          .split(':')[0]!
          .trim(),
        password,
      ),
  ]
}

function matches(hash: string, password: string): boolean {
  const [, salt] = /^\$apr1\$([^$]*)\$/.exec(hash) ?? []
  if (salt !== undefined) return apr1(password, salt) === hash
  if (hash.startsWith('{SHA}'))
    return (
      hash === `{SHA}${base64(Uint8Array.from(digest('sha1', bytesFromText(password)).match(/../g) ?? [], (pair) => parseInt(pair, 16)))}`
    )
  if (hash.startsWith('{PLAIN}')) return hash === `{PLAIN}${password}`
  return false // another scheme than these is not known here
}
