package decide

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// ask puts yes-or-no questions to a path, as an image does, and returns the answers.
func ask(c *Path, abouts ...uint64) (answers []int) {
	c.pos, c.diverged, c.now = 0, false, func() uint64 { return 0 }
	for _, about := range abouts {
		answers = append(answers, c.Choose(2, about))
	}
	return answers
}

func TestTheSearchTakesEveryAnswer(t *testing.T) {
	c := NewPath(OnDemand)
	var all [][]int
	for more := true; more; more = c.Next() {
		all = append(all, ask(c, 1, 2))
		assert.False(t, c.Strayed())
	}
	assert.Equal(t, [][]int{{0, 0}, {0, 1}, {1, 0}, {1, 1}}, all)
}

func TestAPathNoticesARecoveryThatDoesNotRepeat(t *testing.T) {
	for name, abouts := range map[string][]uint64{
		"another question where the answer was varied": {1, 9},
		"recovery ends before the varied answer":       {1},
		"no question at all":                           {},
		"another question where the path is shared":    {7, 2},
	} {
		c := NewPath(OnDemand)
		ask(c, 1, 2)
		c.Next()
		ask(c, abouts...)
		assert.True(t, c.Strayed(), name)
	}
}
