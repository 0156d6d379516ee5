import { gzipSync } from 'node:zlib'

const VALUES = [
  ...[
    '',
    '-1',
    '0',
    '1',
    '2',
    '3',
    '7',
    '8',
    '16',
    '32',
    '64',
    '-32',
    '-64',
    '255',
    '999',
    '1000',
    '4096',
    '65536',
    '30000',
  ],
  ...[
    '2147483647',
    '2147483648',
    '4294967296',
    '9007199254740991',
    '9007199254740993',
    '99999999999999999999',
    '-9223372036854775808',
  ],
  ...['1E300', '4.5', '1E-320', '.5', '1.D5', 'T', 'F', 'NaN', '(1,2)', "''", "'", "'&'", "'T'", '= =', "'it''s' / x"],
  ...[
    "'J'",
    "'0J'",
    "'1PJ(9)'",
    "'1QD'",
    "'PX'",
    "'1PB'",
    "'1QB(4)'",
    "'999999999A'",
    "'7X'",
    "'A3'",
    "'F9.3'",
    "'I20'",
    "'5PB'",
    "'8A2'",
    "'D'",
  ],
  ...["'(2,2)'", "'(0)'", "'(-1,-1)'", "'(99999999999,2)'", "'(3,'"],
  ...[
    "'RICE_1'",
    "'GZIP_1'",
    "'GZIP_2'",
    "'HCOMPRESS_1'",
    "'PLIO_1'",
    "'NOCOMPRESS'",
    "'BZIP'",
    "'SUBTRACTIVE_DITHER_2'",
    "'NONE'",
  ],
  ...["'IMAGE'", "'BINTABLE'", "'TABLE'", "'A3DTABLE'", "'FOO'", "'BYTEPIX'", "'SMOOTH'"],
]

const KEYWORDS = [
  ...[
    'NAXIS',
    'NAXIS1',
    'NAXIS2',
    'NAXIS3',
    'BITPIX',
    'PCOUNT',
    'GCOUNT',
    'GROUPS',
    'TFIELDS',
    'THEAP',
    'TFORM1',
    'TFORM2',
    'TDIM1',
    'TTYPE1',
  ],
  ...[
    'TSCAL1',
    'TZERO1',
    'TNULL1',
    'TBCOL1',
    'ZIMAGE',
    'ZTABLE',
    'ZCMPTYPE',
    'ZBITPIX',
    'ZNAXIS',
    'ZNAXIS1',
    'ZNAXIS2',
    'ZTILE1',
    'ZTILE2',
  ],
  ...[
    'ZTILELEN',
    'ZFORM1',
    'ZCTYP1',
    'ZPCOUNT',
    'ZNAME1',
    'ZVAL1',
    'ZVAL2',
    'ZSCALE',
    'ZZERO',
    'ZBLANK',
    'ZQUANTIZ',
    'ZDITHER0',
    'ZMASKCMP',
  ],
  ...[
    'BSCALE',
    'BZERO',
    'BLANK',
    'XTENSION',
    'END',
    'CONTINUE',
    'HIERARCH',
    'INHERIT',
    'EXTNAME',
    'CHECKSUM',
    'DATASUM',
    '',
  ],
]

const INTEGERS = [0, 1, -1, 2, 7, 100, 32_767, 65_536, 2 ** 24, 2 ** 30, 2 ** 31 - 1, -(2 ** 31), -2_147_483_647]

/** Kinds of damage; those that are there more often are done more often. */
const KINDS = [
  value,
  value,
  value,
  value,
  copy,
  blank,
  keyword,
  headerByte,
  dataByte,
  dataByte,
  dataByte,
  dataWord,
  dataWord,
  fill,
  block,
]

/** A file of the corpus with some damage, or several. */
export function damaged(files, random) {
  const file = random.pick(files)
  const bytes = Buffer.from(file.bytes)
  for (let left = 1 + Math.floor(5 * random.next() ** 3); left > 0; left--) random.pick(KINDS)(bytes, file, random)
  let result = bytes
  if (random.below(12) === 0) result = result.subarray(0, random.below(result.length + 1))
  if (random.below(25) === 0) result = Buffer.concat([result, random.pick(files).bytes.subarray(2880)])
  if (random.below(25) === 0) result = zipped(result, random)
  return { name: file.name, bytes: new Uint8Array(result) }
}

function card({ cards, structure }, random) {
  return random.below(4) > 0 && structure.length > 0 ? random.pick(structure) : random.pick(cards)
}

function value(bytes, file, random) {
  if (file.cards.length === 0) return dataByte(bytes, file, random)
  const text = random.below(3) > 0 ? random.pick(VALUES) : String(random.below(6000) - 100)
  bytes.write(`= ${text}`.padEnd(72).slice(0, 72), card(file, random) + 8, 'latin1')
}

function copy(bytes, file, random) {
  if (file.cards.length === 0) return
  const from = card(file, random)
  bytes.copy(bytes, card(file, random), from, from + 80)
}

function blank(bytes, file, random) {
  if (file.cards.length === 0) return
  const at = card(file, random)
  bytes.fill(' ', at, at + 80)
}

function keyword(bytes, file, random) {
  if (file.cards.length > 0) bytes.write(random.pick(KEYWORDS).padEnd(8), card(file, random), 'latin1')
}

function headerByte(bytes, file, random) {
  if (file.cards.length > 0) bytes[random.pick(file.cards) + random.below(80)] = random.below(256)
}

/** Anywhere in the data, but more often near the begin of a block, where descriptors and the heads of tiles are. */
function dataPlace(bytes, { data }, random) {
  if (data.length === 0) return random.below(bytes.length)
  const near = random.next()
  return Math.min(bytes.length - 1, random.pick(data) + Math.floor(near * near * 2880))
}

function dataByte(bytes, file, random) {
  bytes[dataPlace(bytes, file, random)] = random.pick([0, 0xff, 0x20, 0x80, random.below(256)])
}

function dataWord(bytes, file, random) {
  const at = dataPlace(bytes, file, random) & ~3
  if (at + 4 <= bytes.length) bytes.writeInt32BE(random.pick(INTEGERS), at)
}

function fill(bytes, file, random) {
  const at = dataPlace(bytes, file, random)
  bytes.fill(random.pick([0, 0xff, 0x20]), at, Math.min(bytes.length, at + random.below(300)))
}

function block(bytes, _file, random) {
  const blocks = Math.floor(bytes.length / 2880)
  if (blocks < 2) return
  const from = random.below(blocks) * 2880
  bytes.copy(bytes, random.below(blocks) * 2880, from, from + 2880)
}

function zipped(bytes, random) {
  const packed = gzipSync(bytes, { level: 1 })
  if (random.below(2) === 0) packed[random.below(packed.length)] = random.below(256)
  return random.below(4) === 0 ? packed.subarray(0, random.below(packed.length)) : packed
}
