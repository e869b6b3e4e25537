"""Operations by family: each file holds its rows of the table, the functions over them and the Tensor methods.

Reading order: `operands` (types of operands), `inplace`, then `arithmetic`, `comparison`, `exponential`,
`activation`, `shape`, `reduction`, `matmul`, `joining`, `indexing`, `ordering`, `loss`.
"""
