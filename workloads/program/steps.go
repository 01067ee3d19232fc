package program

// StepsWord is the placeholder for the number of steps of a run, in the arguments of programs that can do more or fewer of them.
const StepsWord = "{steps}"

// Steps says how many steps of the program suffice for a finding.
type Steps struct {
	Given  int  `json:"given"`  // the steps of the run in which it was found first
	Fewest int  `json:"fewest"` // and of the run that is reported
	Tries  int  `json:"tries"`  // runs tried
	Least  bool `json:"least"`  // doubling and bisection were completed; otherwise the time was up
}

// FewestSteps looks for the smallest number of steps with which a run fails, given that a run of most steps does. It
// doubles the steps from one on, and then bisects, so it may miss a smaller number: a run with more steps need not fail
// because one with fewer does.
func FewestSteps(most int, fails func(steps int) bool) int {
	passes, fewest := 0, most
	for n := 1; n < most; n *= 2 {
		if fails(n) {
			fewest = n
			break
		}
		passes = n
	}
	for passes+1 < fewest {
		middle := passes + (fewest-passes)/2
		if fails(middle) {
			fewest = middle
		} else {
			passes = middle
		}
	}
	return fewest
}
