interface ModelFile {
  size: number
  state: 'empty' | 'loading' | 'ready'
  loader: string
  isDamaged: boolean
  readonly pins: Map<string, string>
}

/** What a file cache's index is to do, as plainly as it can be said. The files are in the order of their use. */
export class IndexModel {
  #files = new Map<string, ModelFile>()
  #waiting: { id: string; owner: string }[] = []

  /** @param disk bytes that may be taken up on the disk */
  constructor(
    private readonly max: number,
    private readonly disk: number,
  ) {}

  hasPins(id: string): boolean {
    return this.#all().some(({ pins }) => pins.has(id))
  }

  pin(id: string, owner: string, queue: boolean, files: readonly { key: string; size: number }[]): string {
    const missing = files.filter(({ key }) => !this.#files.has(key))
    const wanted = missing.reduce((sum, { size }) => sum + size, 0)
    const answer = missing.length === 0 && !queue ? 'pinned' : this.#answer(id, owner, queue, wanted, files)
    if (answer !== 'later') this.#leave(id)
    if (answer !== 'pinned') return answer
    if (wanted > 0) this.#evict(wanted, new Set(files.map(({ key }) => key)))
    for (const { key, size } of files) {
      const file = this.#files.get(key) ?? newFile(size)
      file.pins.set(id, owner)
      this.#files.delete(key)
      this.#files.set(key, file)
    }
    return answer
  }

  load(id: string, key: string, owner: string): string {
    const file = this.#files.get(key)
    if (!file?.pins.has(id)) return 'lost'
    if (file.state === 'ready' && !file.isDamaged) return 'ready'
    if (file.state === 'loading') return 'wait'
    Object.assign(file, { state: 'loading', loader: owner, isDamaged: false })
    return 'load'
  }

  finish(key: string, isWhole: boolean): boolean {
    const file = this.#files.get(key)
    if (file?.state !== 'loading' || !isWhole) return false
    file.state = 'ready'
    return true
  }

  fail(key: string): void {
    const file = this.#files.get(key)
    if (file?.state === 'loading') file.state = 'empty'
    this.#dropUnused()
  }

  unpin(id: string): void {
    this.#leave(id)
    for (const { pins } of this.#all()) pins.delete(id)
    this.#dropUnused()
  }

  drop(owner: string): void {
    this.#waiting = this.#waiting.filter((one) => one.owner !== owner)
    for (const file of this.#all()) {
      if (file.state === 'loading' && file.loader === owner) file.state = 'empty'
      for (const [id, pinner] of file.pins) if (pinner === owner) file.pins.delete(id)
    }
    this.#dropUnused()
  }

  damage(key: string): void {
    const file = this.#files.get(key)
    if (file?.state === 'ready') file.isDamaged = true
  }

  reconcile(): void {
    for (const file of this.#all()) if (file.isDamaged) Object.assign(file, { state: 'empty', isDamaged: false })
    this.#dropUnused()
    this.#evict(0, new Set())
  }

  usage(): { bytes: number; pinned: number; waiting: number } {
    const pinned = this.#all().filter(({ pins }) => pins.size > 0).length
    return { bytes: bytesOf(this.#all()), pinned, waiting: this.#waiting.length }
  }

  readyByUse(): string[] {
    return [...this.#files].filter(([, { state }]) => state === 'ready').map(([key]) => key)
  }

  #answer(id: string, owner: string, queue: boolean, wanted: number, files: readonly { key: string }[]): string {
    const kept = new Set(files.map(({ key }) => key))
    const keptBytes = bytesOf([...this.#files].filter(([key]) => kept.has(key)).map(([, file]) => file))
    if (wanted > 0 && wanted + keptBytes > this.#limit()) return 'never'
    if (queue && !this.#waiting.some((one) => one.id === id)) this.#waiting.push({ id, owner })
    if (this.#waiting.length > 0 && this.#waiting[0]?.id !== id) return 'later'
    const evictable = bytesOf(this.#evictable(kept).map(([, file]) => file))
    return wanted === 0 || bytesOf(this.#all()) - evictable + wanted <= this.#limit() ? 'pinned' : 'later'
  }

  #limit(): number {
    return Math.max(0, Math.min(this.max, this.disk))
  }

  #evict(wanted: number, kept: ReadonlySet<string>): void {
    let lacking = bytesOf(this.#all()) + wanted - Math.min(this.max, this.disk)
    for (const [key, { size }] of this.#evictable(kept)) {
      if (lacking <= 0) return
      this.#files.delete(key)
      lacking -= size
    }
  }

  #evictable(kept: ReadonlySet<string>): [string, ModelFile][] {
    return [...this.#files].filter(([key, { state, pins }]) => state === 'ready' && pins.size === 0 && !kept.has(key))
  }

  #leave(id: string): void {
    this.#waiting = this.#waiting.filter((one) => one.id !== id)
  }

  #dropUnused(): void {
    for (const [key, { state, pins }] of this.#files) if (state !== 'ready' && pins.size === 0) this.#files.delete(key)
  }

  #all(): ModelFile[] {
    return [...this.#files.values()]
  }
}

function newFile(size: number): ModelFile {
  return { size, state: 'empty', loader: '', isDamaged: false, pins: new Map() }
}

function bytesOf(files: readonly ModelFile[]): number {
  return files.reduce((sum, { size }) => sum + size, 0)
}
