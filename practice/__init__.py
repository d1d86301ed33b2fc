"""Musical logic without a screen: notes now, targets, exercises and scoring later."""
