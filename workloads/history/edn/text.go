package edn

import "unicode/utf8"

// AppendEDN appends the value as EDN on one line. Only equal values have the same text.
func (v Value) AppendEDN(to []byte) []byte {
	switch v.Kind() {
	case Nil:
		return append(to, "nil"...)
	case String:
		return appendString(to, v.Text())
	case Keyword:
		return append(append(to, ':'), v.Text()...)
	case Char:
		return append(append(to, '\\'), v.Text()...)
	case Vector:
		return v.appendParts(append(to, '['), ']')
	case List:
		return v.appendParts(append(to, '('), ')')
	case Map:
		return v.appendParts(append(to, '{'), '}')
	case Set:
		return v.appendParts(append(to, '#', '{'), '}')
	default:
		return append(to, v.Text()...)
	}
}

func (v Value) appendParts(to []byte, closing byte) []byte {
	first := true
	for part := range v.Parts() {
		if !first {
			to = append(to, ' ')
		}
		to, first = part.AppendEDN(to), false
	}
	return append(to, closing)
}

// appendString appends a quoted string. Bytes that are not UTF-8 are kept.
func appendString(to, text []byte) []byte {
	const hex = "0123456789abcdef"
	to = append(to, '"')
	for _, b := range text {
		switch {
		case b == '"', b == '\\':
			to = append(to, '\\', b)
		case b == '\n':
			to = append(to, '\\', 'n')
		case b < ' ', b == utf8.RuneSelf-1:
			to = append(to, '\\', 'u', '0', '0', hex[b>>4], hex[b&15])
		default:
			to = append(to, b)
		}
	}
	return append(to, '"')
}
