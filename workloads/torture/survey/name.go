package survey

import (
	"path"
	"strings"
)

// pattern returns the name of a file with a star for each part of it that varies: for each word with a digit in it.
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

// sample returns a name that a pattern stands for.
func sample(pattern string) string { return strings.ReplaceAll(pattern, "*", "1") }

// distance returns how many letters have to be inserted, removed or replaced to make one name the other (Levenshtein).
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
