// Package programs reports the results of torturing a program (command exec) as text, JSON and HTML. Plain data in, bytes
// out. Callers: the commands exec, replay and check.
package programs
