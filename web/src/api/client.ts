import { Client, cacheExchange, fetchExchange } from 'urql'
import { streamingFetch } from './streamingFetch.ts'

/** The GraphQL client. Subscriptions arrive as server-sent events from the same POST endpoint. */
export const client = new Client({
  url: '/graphql',
  exchanges: [cacheExchange, fetchExchange],
  fetchSubscriptions: true,
  fetch: streamingFetch,
  // A page always reads from the server; until the answer arrives, it shows the cached one.
  requestPolicy: 'cache-and-network',
  preferGetMethod: false,
})
