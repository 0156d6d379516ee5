import { describe, expect, test } from 'vitest'
import { ArchiveSource, type ArchiveSourceOptions } from '../src/index.js'

const baseUrl = 'https://archive.example.org/api'

describe('ArchiveSource', () => {
  test('is called archive, or as the host says, and is there for a fleet', () => {
    expect(new ArchiveSource({ baseUrl })).toMatchObject({ name: 'archive', reach: 'fleet' })
    expect(new ArchiveSource({ baseUrl, name: 'ptr' }).name).toBe('ptr')
  })

  test.each(['https://archive.example.org', 'http://127.0.0.1:1/', 'http://localhost:8000/a', 'http://[::1]/'])(
    'takes the base URL %s',
    (url) => {
      expect(() => new ArchiveSource({ baseUrl: url })).not.toThrow()
    },
  )

  test.each([
    [{ baseUrl: 'archive' }, 'The base URL is none'],
    [{ baseUrl: 'ftp://archive.example.org/' }, "of the kind 'ftp:'"],
    [{ baseUrl: 'http://archive.example.org/' }, 'http address'],
    [{ baseUrl: 'http://localhost.evil.example/' }, 'http address'],
    [{ baseUrl: 'https://me:secret@archive.example.org/' }, 'user name or a password'],
    [{ baseUrl: 'https://archive.example.org/?x=1' }, 'query or a fragment'],
    [{ baseUrl, allowedHosts: ['https://data.example.org'] }, 'allowed host'],
    [{ baseUrl, allowedHosts: ['data.example.org/path'] }, 'allowed host'],
    [{ baseUrl, allowedHosts: ['me@data.example.org'] }, 'allowed host'],
    [{ baseUrl, allowedHosts: [''] }, 'allowed host'],
    [{ baseUrl, timeoutMs: 0 }, 'timeoutMs is 0'],
    [{ baseUrl, timeoutMs: Number.POSITIVE_INFINITY }, 'timeoutMs is Infinity'],
    [{ baseUrl, retries: -1 }, 'retries is -1'],
    [{ baseUrl, maxBytes: Number.NaN }, 'maxBytes is NaN'],
  ] satisfies [ArchiveSourceOptions, string][])('refuses %j', (options, message) => {
    expect(() => new ArchiveSource(options)).toThrow(TypeError)
    expect(() => new ArchiveSource(options)).toThrow(message)
    expect(() => new ArchiveSource(options)).not.toThrow(/secret/)
  })
})
