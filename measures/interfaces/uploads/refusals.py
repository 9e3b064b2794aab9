"""Why a file is not taken: each a sentence that says what to do next, and a code for the log."""

from django.core.exceptions import ValidationError


def other_content(extension: str) -> ValidationError:
    return ValidationError(
        f"文件内容不是 {extension} 格式。请用原软件打开后另存为 {extension}，再上传。",
        code="content",
    )


def locked(extension: str) -> ValidationError:
    return ValidationError(
        f"文件设有密码，无法检查。请去掉密码后另存为 {extension}，再上传。", code="password"
    )


def macro() -> ValidationError:
    return ValidationError(
        "文件含有宏，不能上传。请另存为不含宏的文件，或导出为 pdf。", code="macro"
    )


def disguised() -> ValidationError:
    return ValidationError(
        "文件中夹带了网页脚本、压缩包等其他内容，不能上传。请用原软件打开后另存，再上传。",
        code="disguise",
    )


def unfolds_too_far() -> ValidationError:
    return ValidationError("文件解开后过大，不能上传。请导出为 pdf 后上传。", code="unfolded")


def too_many_pixels() -> ValidationError:
    return ValidationError("图片的像素过多，不能上传。请缩小后上传。", code="pixels")


def too_many_pieces() -> ValidationError:
    return ValidationError(
        "图片由过多的零碎部分组成，不能上传。请用看图软件打开后另存，再上传。", code="pieces"
    )


def sparse_sheet() -> ValidationError:
    return ValidationError(
        "表格的范围过大：在很远的行或列有内容、合并或链接。请删除多余的行列后另存，再上传。",
        code="extent",
    )


def not_self_contained() -> ValidationError:
    return ValidationError(
        "表格含有外部链接或嵌入的文件，不能导入。请断开链接、删除嵌入的文件后另存，再导入。",
        code="embedded",
    )
