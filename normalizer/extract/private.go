package extract

// private maps the code points of the Private Use Area that fonts and converters for GBK used until GB 18030-2005 and -2022 gave their
// characters a place (GB 18030-2022, appendix; vertical forms and eight ideographs), and two letters of Pinyin.
var private = map[rune]rune{
	0xE78D: '，', 0xE78E: '。', 0xE78F: '、', 0xE790: '：', 0xE791: '；', 0xE792: '！', 0xE793: '？', 0xE794: '〖', 0xE795: '〗', 0xE796: '…',
	0xE81E: 0x9FB4, 0xE826: 0x9FB5, 0xE82B: 0x9FB6, 0xE82C: 0x9FB7, 0xE832: 0x9FB8, 0xE843: 0x9FB9, 0xE854: 0x9FBA, 0xE864: 0x9FBB,
	0xE7C7: 0x1E3F, 0xE7C8: 0x01F9,
}

// foldPrivate gives the character that a private code point is known to stand for. Others mean nothing outside their font, which on
// news pages is one of icons: they are dropped.
func foldPrivate(r rune) rune {
	if to, ok := private[r]; ok {
		return to
	}
	return -1
}
