package survey

import (
	"path"
	"strings"
)

// pattern returns the base name of a file with a star in place of each part that varies, that is each word with a digit.
func pattern(file string) string {
	var b strings.Builder
	name := path.Base(file)
	for len(name) > 0 {
		end := strings.IndexAny(name, ".-_")
		if end < 0 {
			end = len(name)
		}
		word := name[:end]
		if strings.ContainsAny(word, "0123456789") {
			word = "*"
		}
		b.WriteString(word)
		if end < len(name) {
			b.WriteByte(name[end])
			end++
		}
		name = name[end:]
	}
	return b.String()
}

// sample returns a name that matches a pattern.
func sample(pattern string) string { return strings.ReplaceAll(pattern, "*", "1") }

// distance returns the Levenshtein distance between two names.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
