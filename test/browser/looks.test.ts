import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { findChromium, picture, type, useSite } from './browser'

/** Elements whose text is cut off though they do not scroll, and controls that lie outside the window: what one would see as a mistake. */
async function faults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = []
    const name = (element: Element) =>
      `${element.tagName.toLowerCase()}.${String(element.className)} "${(element.textContent ?? '').trim().slice(0, 40)}"`
    const within = (outer: Element, x: number, y: number) => {
      const box = outer.getBoundingClientRect()
      return x > box.left && x < box.right && y > box.top && y < box.bottom
    }
    for (const element of document.querySelectorAll('button, h1, h2, h3, label, legend, summary, select')) {
      if (!element.checkVisibility({ visibilityProperty: true }) || element.closest('.monaco-editor, .xterm, .unseen, .skips')) continue
      const box = element.getBoundingClientRect()
      if (box.width === 0) continue
      if (
        element.scrollWidth > element.clientWidth + 1 &&
        getComputedStyle(element).overflowX !== 'visible' &&
        !element.matches('.inspector-title')
      )
        found.push(`cut off: ${name(element)}`)
      const scrolls = element.closest('.lesson-text, .map-scroll, .files, .inspector-body, .terminal-tabs, .told')
      // What lies in the middle of a button must be the button: anything else covers it.
      const [x, y] = [box.left + box.width / 2, box.top + box.height / 2]
      const inSight = x > 0 && y > 0 && x < innerWidth && y < innerHeight && (!scrolls || within(scrolls, x, y))
      const there = inSight && element.matches('button') ? document.elementFromPoint(x, y) : null
      if (there && !element.contains(there) && !there.contains(element)) found.push(`covered: ${name(element)} by ${name(there)}`)
      if (!scrolls && (box.right > innerWidth + 1 || box.left < -1)) found.push(`outside: ${name(element)}`)
    }
    if (document.documentElement.scrollWidth > innerWidth) found.push('the page scrolls sideways')
    return found
  })
}

const sizes = [
  ['wide', [1440, 900]],
  ['narrow', [390, 844]],
] as const

describe.skipIf(!findChromium())('how the page looks', () => {
  const site = useSite()

  for (const [size, dimensions] of sizes) {
    for (const lang of ['en', 'ja']) {
      for (const theme of ['light', 'dark']) {
        test(`${size}, ${lang}, ${theme}: nothing overlaps or is cut off in any panel`, async () => {
          const { page, trouble } = await site.open(`lang=${lang}&theme=${theme}&view=terminal`, dimensions)
          await type(page, 'kubectl create deployment web --image=nginx:1.27 --replicas=6; kubectl create service clusterip web --tcp=80')
          await page.waitForTimeout(300)
          await type(page, 'kubectl create deployment typo --image=nginx:1.99')
          await page.locator('.pod[data-stage="running"]', { hasText: /^web/ }).nth(5).waitFor({ state: 'attached' })
          await page.locator('.pod[data-stage="failing"]', { hasText: /^typo/ }).first().waitFor({ state: 'attached' })
          for (const view of ['terminal', 'lesson', 'editor', 'map'] as const) {
            await page.keyboard.press(`Alt+Digit${{ lesson: 1, terminal: 2, editor: 3, map: 4 }[view]}`)
            await page.waitForTimeout(view === 'editor' ? 2500 : 500)
            await picture(page, `${size}-${lang}-${theme}-${view}`)
            expect(await faults(page)).toEqual([])
          }
          await page.locator('.selector[data-kind="Service"]').click()
          await page.waitForTimeout(500)
          await picture(page, `${size}-${lang}-${theme}-inspector`)
          expect(await faults(page)).toEqual([])
          expect(trouble).toEqual([])
        })
      }
    }
  }
})
