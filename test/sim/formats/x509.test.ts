import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { publicKeyOf, readPrivateKey, writePkcs8, writeSec1 } from '../../../src/sim/formats/private-keys'
import { fits, isSignedBy, readCertificate, readKey, readRequest, signatureAlgorithm } from '../../../src/sim/formats/x509-reading'
import type { Name } from '../../../src/sim/formats/x509-forms'
import { writeCertificate, writeKey, writeRequest } from '../../../src/sim/formats/x509-writing'

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}.pem`, import.meta.url), 'utf8')
const HANAKO: Name = [
  ['C', 'JP'],
  ['O', 'dev'],
  ['O', 'ops'],
  ['CN', 'hanako'],
]

test('a request and a certificate made by the real openssl are read', () => {
  const alternativeNames = ['DNS:a.example.com', 'IP Address:10.0.0.1']
  expect(readRequest(fixture('openssl-request'))).toMatchObject({
    subject: HANAKO,
    alternativeNames,
    key: expect.stringMatching(/^aa50d70c/),
  })
  expect(readCertificate(fixture('openssl-certificate'))).toMatchObject({
    subject: HANAKO,
    issuer: HANAKO,
    alternativeNames,
    serial: '4e41f3e7dd013be1aabf4403bf33c18c0a75eb83',
    notBeforeMs: Date.UTC(2026, 10, 21, 13, 1, 46),
    notAfterMs: Date.UTC(2036, 10, 18, 13, 1, 46),
    isAuthority: false,
  })
})

test('what is written is read back, and tells who signed it', () => {
  const [key, signer] = ['c1'.repeat(256), 'd2'.repeat(256)]
  const certificate = {
    serial: 'abcdef0123456789',
    subject: [['O', 'dev'] as const, ['CN', 'jane'] as const],
    issuer: [['CN', 'kubernetes'] as const],
    notBeforeMs: Date.UTC(2026, 0, 1),
    notAfterMs: Date.UTC(2051, 0, 1),
    key,
    alternativeNames: ['DNS:web.example.com', 'IP Address:10.0.0.1'],
    isAuthority: true,
    usages: ['serverAuth', 'clientAuth'],
  }
  const pem = writeCertificate(certificate, signer)
  expect(readCertificate(pem)).toEqual({ ...certificate, usages: ['serverAuth', 'clientAuth'] })
  expect([isSignedBy(pem, signer), isSignedBy(pem, key)]).toEqual([true, false])
  const { subject, alternativeNames } = certificate
  expect(readRequest(writeRequest({ subject, key, alternativeNames }))).toEqual({ subject, key, alternativeNames })
  expect(readKey(writeKey(key))).toBe(key)
})

test.each(['', 'nonsense', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'])('%j is no certificate', (text) => {
  expect([readCertificate(text), readRequest(text)]).toEqual([undefined, undefined])
})

test('a key is told from another, and from one of another sort', () => {
  const key = 'c1'.repeat(256)
  const name = [['CN', 'jane'] as const]
  const certificate = {
    serial: '1',
    subject: name,
    issuer: name,
    notBeforeMs: 0,
    notAfterMs: 0,
    key,
    alternativeNames: [],
    isAuthority: false,
    usages: [],
  }
  expect(fits(certificate, writeKey(key))).toBe('yes')
  expect(fits(certificate, writeKey('d2'.repeat(256)))).toBe('another key')
  expect(fits({ ...certificate, key: 'ED25519:00' }, writeKey(key))).toBe('another sort of key')
  expect(fits(certificate, '-----BEGIN PRIVATE KEY-----\nZm9v\n-----END PRIVATE KEY-----\n')).toBe('no key')
})

test.each([
  ['ec-key', 'ec-certificate', 'yes'],
  ['ec-bare-key', 'ec-bare-certificate', 'yes'],
  ['ec-key', 'ec-bare-certificate', 'another key'],
])('%s, a key of an elliptic curve made by the real openssl: is it that of %s? %s', (key, certificate, answer) => {
  expect(fits(readCertificate(fixture(certificate))!, fixture(key))).toBe(answer)
})

test('an elliptic key is written in both forms, and what it signs tells who signed it', () => {
  const key = readPrivateKey(fixture('ec-key'))!
  expect(writeSec1(key)).toBe(fixture('ec-key'))
  expect(readPrivateKey(writePkcs8(key))).toEqual(key)
  const request = writeRequest({ subject: HANAKO, key: publicKeyOf(key), alternativeNames: [] })
  expect([isSignedBy(request, publicKeyOf(key)), signatureAlgorithm(request)]).toEqual([true, 'ecdsa-with-SHA256'])
  expect(readRequest(request)?.key).toBe(readCertificate(fixture('ec-certificate'))!.key)
})
