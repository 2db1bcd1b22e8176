package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// captionEnds close the captions of Chinese pictures, captionStarts open them.
var (
	captionEnds   = []string{"图", "圖", "摄", "攝", "供图", "供圖", "资料图", "資料圖", "图片", "照片", "截图", "截圖", "现场", "現場", "配图", "合影", "翻攝", "提供", "cnsphoto"}
	captionStarts = []string{"图为", "圖為", "图:", "圖:", "图：", "圖：", "图说", "圖說", "▲", "△", "图/", "圖/", "图／", "圖／", "图源", "資料圖", "资料图", "上图", "下图", "图一", "图1", "圖1", "图2", "圖2", "示意图", "示意圖", "供图", "摄影"}
)

// isCaptionLine fits Chinese captions by how they open and close.
func isCaptionLine(s string) bool {
	bare := strings.TrimRight(s, "）)】]」 。.")
	for _, w := range captionEnds {
		if strings.HasSuffix(bare, w) {
			return true
		}
	}
	for _, w := range captionStarts {
		if strings.HasPrefix(s, w) {
			return true
		}
	}
	return false
}

// isCreditLine fits short lines that name who wrote or reports: 記者張三／某市報導.
func isCreditLine(s string) bool {
	n := utf8.RuneCountInString(s)
	if n > 30 {
		return false
	}
	for _, w := range []string{"記者", "记者", "通讯员", "執筆", "执笔", "編譯", "编译", "撰稿", "譯：", "译：", "翻译", "翻譯"} {
		if strings.Contains(s, w) {
			return true
		}
	}
	bare := strings.TrimRight(s, "】)） ")
	return strings.HasSuffix(bare, "報導") || strings.HasSuffix(bare, "报道") && n <= 16 || strings.HasSuffix(bare, "電") && n <= 12
}

// photoCredits close captions: agencies and the labels of photographers.
var photoCredits = []string{
	"getty images", "getty", "shutterstock", "reuters", "imago", "/ap", "ap photo", "(ap)", "/afp", "afp", "/epa", "dpa", "picture alliance", "istock", "unsplash", "pixabay", "zuma", "alamy",
	"europa press", "ansa", "lapresse", "keystone", "apa", "file photo", "via ap",
}

// photoLabels stand before the photographer's name.
var photoLabels = []string{"foto:", "photo:", "photos:", "photo by", "image:", "image credit", "credit:", "picture:", "bild:", "fot.", "fot:", "фото:", "©", "(c)", "crédit", "crédits", "courtesy of", "foto ", "photograph:", "photo credit"}

// isPhotoLine tells whether a line ends as captions end: with a photographer or an agency.
func isPhotoLine(s string) bool {
	if len(s) > 400 {
		return false
	}
	low := strings.ToLower(s)
	tail := low
	for i := range low {
		if i >= len(low)-40 {
			tail = low[i:]
			break
		}
	}
	bare := strings.TrimRight(tail, " .)]/")
	for _, w := range photoCredits {
		if before, ok := strings.CutSuffix(bare, w); ok && !endsInLetter(before) {
			return true
		}
	}
	for _, w := range photoLabels {
		if i := strings.LastIndex(tail, w); i >= 0 && utf8.RuneCountInString(tail[i:]) <= 34 && !strings.Contains(strings.TrimRight(tail[i+len(w):], ". "), ". ") {
			return true
		}
	}
	return false
}

func endsInLetter(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return unicode.IsLetter(r) && r != utf8.RuneError
}
