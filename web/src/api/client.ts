import { Client, cacheExchange, fetchExchange } from 'urql'
import { streamingFetch } from './streamingFetch.ts'

/** The one client. Subscriptions are server-sent events over the same POST endpoint. */
export const client = new Client({
  url: '/graphql',
  exchanges: [cacheExchange, fetchExchange],
  fetchSubscriptions: true,
  fetch: streamingFetch,
  // A page shows what the server knows now; the cache only saves the wait for it.
  requestPolicy: 'cache-and-network',
  preferGetMethod: false,
})
