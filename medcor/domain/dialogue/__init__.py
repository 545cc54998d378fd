"""What people say, understood without a model: pure rules in English and Turkish."""
