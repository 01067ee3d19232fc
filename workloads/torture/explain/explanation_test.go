package explain

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestASentenceTellsTwoCallsApart(t *testing.T) {
	later, other := Site{Op: "write", Path: "journal"}, Site{Op: "write", Path: "journal", Source: "log.go:7"}
	same, part := Site{Op: "write", Path: "journal"}, Site{Op: "write", Path: "journal", Part: true}
	assert.Equal(t, "an earlier one", same.textAfter(&later))
	assert.Equal(t, "a part of an earlier one", part.textAfter(&later))
	assert.Equal(t, "the write of journal (`log.go:7`)", other.textAfter(&later))
	root := Site{Op: "sync"}
	assert.Equal(t, "the sync of the root directory", root.text())
}
