import { textFromBytes } from '../os/text'

/** Secret data as the text that files and variables get. */
export function textFromBase64(data: string): string {
  return textFromBytes(Uint8Array.from(atob(data), (character) => character.charCodeAt(0)))
}

/** Unpadded URL-safe base64, as in tokens. */
export const base64Url = (text: string) => btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
