package rule

import "errors"

// ErrRule is returned for text that is not a valid rule.
var ErrRule = errors.New("faultfs: bad fault rule")
