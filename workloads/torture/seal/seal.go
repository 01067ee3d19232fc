// Package seal packs values into tokens: text that survives being typed, pasted and read aloud. Packages evidence and
// workloads/cluster/finding use it.
package seal

import (
	"encoding/base32"
	"errors"
	"hash/crc32"
	"slices"
	"strings"
)

var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

var (
	// ErrDamaged is returned for a text that Text cannot have written.
	ErrDamaged = errors.New("it is damaged or cut short; copy it again")
	// ErrDigits is returned for a text whose check digits are wrong.
	ErrDigits = errors.New("its check digits do not match; copy it again")
)

const sumBytes = 3

// Text returns bytes in Crockford's base 32, with check digits.
func Text(b []byte) string {
	sum := crc32.ChecksumIEEE(b)
	return crockford.EncodeToString(append(slices.Clip(b), byte(sum), byte(sum>>8), byte(sum>>16)))
}

// Open returns the bytes that Text wrote. It accepts lower case, dashes, and letters that look like digits. The error
// is ErrDamaged or ErrDigits.
func Open(text string) ([]byte, error) {
	text = strings.NewReplacer("-", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(text))
	b, err := crockford.DecodeString(text)
	if err != nil || len(b) <= sumBytes {
		return nil, ErrDamaged
	}
	body, tail := b[:len(b)-sumBytes], b[len(b)-sumBytes:]
	if sum := crc32.ChecksumIEEE(body); tail[0] != byte(sum) || tail[1] != byte(sum>>8) || tail[2] != byte(sum>>16) {
		return nil, ErrDigits
	}
	return body, nil
}
