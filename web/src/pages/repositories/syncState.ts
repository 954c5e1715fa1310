interface Synced {
  fetchedAt: string | null
  indexedAt: string | null
  error: string | null
  errorAt: string | null
}

/** Where a repository's mirror and commit index stand, in a word, and since when. The last failure wins until a later success. */
export function syncState({ fetchedAt, indexedAt, error, errorAt }: Synced): { kind: 'good' | 'waiting' | 'bad'; text: string; since: string | null } {
  if (error) return { kind: 'bad', text: 'Failed', since: errorAt }
  if (indexedAt) return { kind: 'good', text: 'Synced', since: later(fetchedAt, indexedAt) }
  if (fetchedAt) return { kind: 'waiting', text: 'Indexing', since: null }
  return { kind: 'waiting', text: 'Waiting', since: null }
}

function later(a: string | null, b: string): string {
  return a !== null && Date.parse(a) > Date.parse(b) ? a : b
}
