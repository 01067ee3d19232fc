package faultfs
