package engine

import (
	"fmt"
	"strconv"
	"strings"
)

const (
	lockName    = "LOCK"
	logSuffix   = ".log"
	tableSuffix = ".sst"
)

func logName(num uint64) string   { return fmt.Sprintf("%06d%s", num, logSuffix) }
func tableName(num uint64) string { return fmt.Sprintf("%06d%s", num, tableSuffix) }

// parseNumbered returns the number of a log or table file name.
func parseNumbered(name, suffix string) (num uint64, ok bool) {
	digits, found := strings.CutSuffix(name, suffix)
	if !found || len(digits) < 6 || len(digits) > 6 && digits[0] == '0' {
		return 0, false
	}
	num, err := strconv.ParseUint(digits, 10, 64)
	return num, err == nil
}
