// npm run e2e -- --base-url http://127.0.0.1:7080 [--screenshots DIR] [--chromium PATH]
//
// Simulates a user's visit in a real browser. The server must run and have at least one registered
// repository. The visit creates an insight with the form, pauses and resumes it, opens a point and
// its samples, visits the repositories and switches the theme. No page may have console errors or
// axe-core violations.
import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { launch, openPage, violations } from './browser.mjs'
import { visit } from './visit.mjs'

const { values } = parseArgs({
  options: {
    'base-url': { type: 'string', default: 'http://127.0.0.1:7080' },
    screenshots: { type: 'string' },
    chromium: { type: 'string', default: process.env.CHROMIUM ?? '/usr/bin/chromium' },
  },
})
const baseURL = values['base-url'].replace(/\/$/, '')
if (values.screenshots) await mkdir(values.screenshots, { recursive: true })

const browser = await launch(values.chromium)
const { page, problems, close } = await openPage(browser, baseURL)

async function step(name, run) {
  const before = problems.length
  try {
    await run()
    assert.deepEqual(problems.slice(before), [], `browser errors during: ${name}`)
    console.log(`ok   ${name}`)
  } catch (error) {
    console.error(`FAIL ${name}`)
    if (values.screenshots) await page.screenshot({ path: join(values.screenshots, 'failure.png'), fullPage: true })
    throw error
  }
}

async function shot(name, options) {
  if (!values.screenshots) return
  // A full-page screenshot starts at the top, or the sticky bar would appear in the middle.
  if (options?.fullPage) await page.evaluate(() => window.scrollTo(0, 0))
  await page.screenshot({ path: join(values.screenshots, `${name}.png`), ...options })
}
const accessible = async (where) => assert.deepEqual(await violations(page), [], `accessibility of ${where}`)

try {
  await visit({ page, step, shot, accessible })
  console.log('all steps passed')
} catch (error) {
  console.error(error)
  process.exitCode = 1
} finally {
  await close()
  await browser.close()
}
