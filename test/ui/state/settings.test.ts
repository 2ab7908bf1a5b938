import { expect, test } from 'vitest'
import { settingsFromFlags } from '../../../src/ui/state/settings'

test.each([
  ['lang=ja&theme=dark', { language: 'ja', theme: 'dark' }],
  ['view=editor', { view: 'editor', stage: 'editor' }],
  ['view=terminal&zoom=1.5', { view: 'terminal', zoom: 1.5 }],
  ['lang=tlh&theme=pink&zoom=99&view=moon', {}],
])('a link with ?%s asks for %o', (flags, settings) => {
  expect(settingsFromFlags(new URLSearchParams(flags))).toEqual(settings)
})
