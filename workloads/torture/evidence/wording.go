package evidence

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// worded makes the sentence of a failure readable. Errors wrapped more than once repeat words, as in "open: engine:
// open db: engine: corrupt: ...". worded keeps only the first mention of a package, and "open db" instead of "open". Of
// joined errors, which are separate lines, it keeps one copy of each.
func worded(sentence string) string {
	sentence = onOneLine(sentence)
	head, tail, quoted := strings.Cut(sentence, `"`) // quoted text comes from the engine or the user and stays as it is
	parts := strings.Split(head, ": ")
	kept := parts[:0:0]
	for i, part := range parts {
		last := i == len(parts)-1
		switch {
		case !last && isWord(part) && slices.Contains(kept, part):
		case !last && isWord(part) && slices.ContainsFunc(parts[i+1:], func(later string) bool { return strings.HasPrefix(later, part+" ") }):
		default:
			kept = append(kept, part)
		}
	}
	sentence = strings.Join(kept, ": ")
	if quoted {
		sentence += `"` + tail
	}
	if word, _, _ := strings.Cut(sentence, " "); strings.ContainsFunc(word, unicode.IsDigit) {
		return sentence // it begins with a key
	}
	first, size := utf8.DecodeRuneInString(sentence)
	return string(unicode.ToUpper(first)) + sentence[size:]
}

// onOneLine joins the lines of a sentence. It drops a line if an earlier one ends with the same text.
func onOneLine(sentence string) string {
	var kept []string
	for line := range strings.SplitSeq(sentence, "\n") {
		if !slices.ContainsFunc(kept, func(earlier string) bool { return strings.HasSuffix(earlier, line) }) {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "; ")
}

func isWord(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) })
}
