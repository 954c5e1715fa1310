import { expect, test } from 'vitest'
import { syncState } from './syncState.ts'

const monday = '2026-11-16T08:00:00Z'
const tuesday = '2026-11-17T08:00:00Z'
const nothing = { fetchedAt: null, indexedAt: null, error: null, errorAt: null }

test.each([
  ['just added', nothing, 'waiting', 'Waiting', null],
  ['cloned', { ...nothing, fetchedAt: monday }, 'waiting', 'Indexing', null],
  ['indexed', { ...nothing, fetchedAt: monday, indexedAt: tuesday }, 'good', 'Synced', tuesday],
  ['fetched again without news', { ...nothing, fetchedAt: tuesday, indexedAt: monday }, 'good', 'Synced', tuesday],
  ['local, never fetched', { ...nothing, indexedAt: monday }, 'good', 'Synced', monday],
  ['failed after a success', { fetchedAt: monday, indexedAt: monday, error: 'gone', errorAt: tuesday }, 'bad', 'Failed', tuesday],
])('%s', (_, repository, kind, text, since) => expect(syncState(repository)).toEqual({ kind, text, since }))
