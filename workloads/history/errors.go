package history

import "errors"

// ErrFormat is returned by Decode for a file that is no history, is of another version, or is damaged.
var ErrFormat = errors.New("history: bad format")
