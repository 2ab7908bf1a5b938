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
      return x > box.left + 2 && x < box.right - 2 && y > box.top + 2 && y < box.bottom - 2
    }
    for (const element of document.querySelectorAll('button, h1, h2, h3, label, legend, summary, select')) {
      if (!element.checkVisibility({ visibilityProperty: true }) || element.closest('.monaco-editor, .xterm, .unseen, .skips')) continue
      const box = element.getBoundingClientRect()
      if (box.width === 0) continue
      if (
        element.scrollWidth > element.clientWidth + 1 &&
        getComputedStyle(element).overflowX !== 'visible' &&
        // Headlines that end in an ellipsis on purpose: what they shorten is told whole when they are opened.
        !element.matches('.inspector-title, .told > summary')
      )
        found.push(`cut off: ${name(element)}`)
      const scrolls = element.closest('.lesson-text, .map-scroll, .files, .inspector-body, .terminal-tabs, .told')
      // What lies in the middle of a button must be the button: anything else covers it.
      const [x, y] = [box.left + box.width / 2, box.top + box.height / 2]
      const inSight = x > 0 && y > 0 && x < innerWidth && y < innerHeight && (!scrolls || within(scrolls, x, y))
      // What the reader has opened lies over the rest on purpose.
      if (document.querySelector(':popover-open') && !element.closest(':popover-open')) continue
      const there = inSight && element.matches('button') ? document.elementFromPoint(x, y) : null
      if (there && !element.contains(there) && !there.contains(element) && !there.closest('.sheet, .settings'))
        found.push(`covered: ${name(element)} by ${name(there)}`)
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

const digits = { lesson: 1, terminal: 2, editor: 3, map: 4 } as const

/** What controls are called. */
const words = {
  en: {
    events: 'Events',
    logs: 'Logs',
    placing: 'Placement',
    apply: 'Apply',
    newFile: 'New file',
    help: 'Keyboard shortcuts',
    reset: 'Reset cluster',
  },
  ja: {
    events: 'イベント',
    logs: 'ログ',
    placing: '配置',
    apply: '適用',
    newFile: '新規ファイル',
    help: 'キーボードショートカット',
    reset: 'クラスターを初期化',
  },
} as const

describe.skipIf(!findChromium())('how the page looks', () => {
  const site = useSite()

  for (const [size, dimensions] of sizes) {
    for (const lang of ['en', 'ja'] as const) {
      for (const theme of ['light', 'dark']) {
        test(`${size}, ${lang}, ${theme}: nothing overlaps or is cut off in any panel`, async () => {
          const { page, trouble } = await site.open(`lang=${lang}&theme=${theme}&view=terminal`, dimensions)
          /** Keeps a picture of a state, in which nothing may be amiss. */
          const look = async (state: string, waitMs = 500) => {
            await page.waitForTimeout(waitMs)
            await picture(page, `${size}-${lang}-${theme}-${state}`)
            expect({ state, faults: await faults(page) }).toEqual({ state, faults: [] })
          }
          const goTo = (view: keyof typeof digits) => page.keyboard.press(`Alt+Digit${digits[view]}`)
          const labels = words[lang]

          await look('start')
          await goTo('lesson')
          await look('lesson')
          await goTo('terminal')
          await type(page, 'kubectl create deployment web --image=nginx:1.27 --replicas=6; kubectl create service clusterip web --tcp=80')
          await page.waitForTimeout(300)
          await type(page, 'kubectl create deployment typo --image=nginx:1.99')
          await page.locator('.pod[data-stage="running"]', { hasText: /^web/ }).nth(5).waitFor({ state: 'attached' })
          await page.locator('.pod[data-stage="failing"]', { hasText: /^typo/ }).first().waitFor({ state: 'attached' })
          await type(page, 'kubectl get pods,svc')
          await look('terminal')
          await page.keyboard.press('Control+Shift+KeyF')
          await page.getByRole('search').getByRole('textbox').fill('web')
          await look('search')
          await page.keyboard.press('Escape')
          await page.keyboard.press('Alt+KeyS')
          await type(page, 'kubectl get nodes')
          await look('split', 1500)
          await page.keyboard.press('Alt+KeyS')

          await type(
            page,
            `printf 'apiVersion: v1\\nkind: Service\\nmetadata:\\n  name: front\\nspec:\\n  ports:\\n    - port: 80\\n  selectr:\\n    app: web\\n' > front.yaml; clear`,
          )
          await goTo('map')
          await look('map')
          await page.locator('.selector[data-kind="Service"]').click()
          await look('inspector')
          await page.keyboard.press('Escape')
          await page.locator('.pod[data-stage="failing"]').first().click()
          for (const [index, tab] of ['Describe', labels.events, labels.logs, labels.placing].entries()) {
            await page.getByRole('tab', { name: tab, exact: true }).click()
            await look(`inspector-${index + 1}`, 900)
          }
          await page.keyboard.press('Escape')
          await goTo('editor')
          await page.getByRole('button', { name: 'front.yaml', exact: true }).click()
          await page.locator('.view-lines', { hasText: 'selectr' }).waitFor()
          await page.getByRole('button', { name: labels.apply, exact: true }).click()
          await page.locator('.applied', { hasText: 'unknown field' }).waitFor()
          await look('editor', 1500)
          await page.getByRole('button', { name: labels.newFile }).click()
          await look('new-file')
          await page.keyboard.press('Escape')

          await goTo('terminal')
          await type(page, 'clear; kubectl scale deployment web --replicas=180')
          await page
            .locator('.pod[data-stage="running"]', { hasText: /^(web|)/ })
            .nth(150)
            .waitFor({ state: 'attached', timeout: 60_000 })
          await goTo('map')
          await look('many-pods', 1000)

          if (size === 'narrow') await page.locator('.menu-button').click()
          else await page.locator('.settings .more > summary').click()
          await look('settings')
          await page.getByRole('button', { name: labels.help }).click()
          await look('help')
          await page.keyboard.press('Escape')
          await page.getByRole('button', { name: labels.reset }).click()
          await look('reset')
          expect(trouble).toEqual([])
        })
      }
    }
  }
})
