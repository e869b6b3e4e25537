"""Operations by family: each file holds its rows of the table, the functions over them and the Tensor methods.

Reading order: `operands` (types of operands), `inplace`, `conversion`; `arithmetic`, `limits`, `comparison`,
`exponential`, `activation`; `shape`, `arranging`, `index` (what an index means), `indexing`, `gathering`, `joining`;
`reduction`, `norm`, `ordering`, `matmul`, `einsum`, `loss`, `likelihood`, `coupling`.
"""
