package evidence

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// worded makes the sentence of a failure readable. Errors wrapped more than once repeat words, as in "open: engine:
// open db: engine: corrupt: ...". worded keeps only the first mention of a package, and "open db" instead of "open".
// The fingerprint is that of the original sentence.
func worded(sentence string) string {
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

func isWord(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) })
}
