"""Photos from outside: what is taken, what is refused, and that nothing but pixels survives."""

import io
import struct
import zlib

import pytest
from PIL import Image, PngImagePlugin

from geodata.photos import LONGEST_SIDE, reencode
from gridmap.errors import BadImage

RED, BLUE = (220, 20, 20), (20, 20, 220)


def written(image, form, **options):
    packed = io.BytesIO()
    image.save(packed, form, **options)
    return packed.getvalue()


def half_red(width=40, height=20):
    """Left half red, right half blue."""
    image = Image.new("RGB", (width, height), BLUE)
    image.paste(RED, (0, 0, width // 2, height))
    return image


def opened(photo):
    image = Image.open(io.BytesIO(photo.jpeg))
    image.load()
    return image


def is_near(pixel, colour, tolerance=40):
    return all(abs(a - b) <= tolerance for a, b in zip(pixel, colour, strict=True))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_three_formats_become_jpeg(form):
    photo = reencode(written(half_red(), form), "现场.jpg")
    image = opened(photo)
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (40, 20))
    assert (photo.width, photo.height) == (40, 20)
    assert is_near(image.getpixel((5, 10)), RED)
    assert is_near(image.getpixel((35, 10)), BLUE)


def test_the_name_is_not_believed():
    assert reencode(written(half_red(), "PNG"), "photo.exe").width == 40
    with pytest.raises(BadImage, match="不是 JPEG"):
        reencode(b"MZ\x90\x00" * 100, "photo.jpg")


def test_metadata_is_gone():
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825).update({1: "N", 2: (34.0, 42.0, 0.0), 3: "E", 4: (113.0, 54.0, 0.0)})
    jpeg = written(
        half_red(), "JPEG", exif=exif, comment=b"SecretComment", icc_profile=b"SecretProfile"
    )
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", "SecretAuthor")
    png = written(half_red(), "PNG", pnginfo=text, exif=exif)
    webp = written(half_red(), "WEBP", exif=exif, xmp=b"SecretXmp")
    assert b"SecretCamera" in jpeg
    for content in (jpeg, png, webp):
        photo = reencode(content, "现场.jpg")
        image = opened(photo)
        assert b"Secret" not in photo.jpeg
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_the_picture_stands_upright(orientation, form):
    upright = Image.new("RGB", (48, 32), BLUE)
    upright.paste(RED, (0, 0, 16, 16))
    turned = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    held = upright if turned is None else upright.transpose(turned)
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = opened(reencode(written(held, form, exif=exif), "现场.jpg"))
    assert image.size == (48, 32)
    assert is_near(image.getpixel((6, 6)), RED)
    assert is_near(image.getpixel((40, 26)), BLUE)


@pytest.mark.filterwarnings(
    "ignore:Corrupt EXIF data", "ignore:Image appears to be a malformed MPO"
)
def test_broken_exif_is_no_reason_to_refuse():
    broken = written(half_red(), "JPEG", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff")
    assert reencode(broken, "现场.jpg").width == 40


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((4000, 3000), (1600, 1200)),
        ((3000, 4000), (1200, 1600)),
        ((1600, 900), (1600, 900)),
        ((9000, 3), (1600, 1)),
        ((1, 1), (1, 1)),
    ],
)
@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_large_photos_shrink_and_small_ones_stay(size, expected, form):
    photo = reencode(written(Image.new("RGB", size, RED), form), "现场.jpg")
    assert (photo.width, photo.height) == expected
    assert max(opened(photo).size) <= LONGEST_SIDE


def test_a_palette_shrinks_without_steps():
    image = Image.linear_gradient("L").resize((3200, 3200)).convert("P")
    assert (
        len(set(opened(reencode(written(image, "PNG"), "x")).convert("L").get_flattened_data()))
        > 200
    )


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_other_kinds_of_pixels_become_colours(mode):
    grey = Image.new("L", (16, 16), 255)
    image = Image.new("I;16", (16, 16), 65535) if mode == "I;16" else grey.convert(mode)
    assert is_near(opened(reencode(written(image, "PNG"), "x")).getpixel((8, 8)), (255, 255, 255))


def test_cmyk_becomes_colours():
    image = half_red().convert("CMYK")
    assert is_near(opened(reencode(written(image, "JPEG"), "x")).getpixel((5, 10)), RED, 60)


def test_what_is_transparent_becomes_white():
    clear = Image.new("RGBA", (16, 16), (0, 0, 0, 0))
    palette = Image.new("P", (16, 16), 0)
    for content in (
        written(clear, "PNG"),
        written(clear, "WEBP", lossless=True),
        written(palette, "PNG", transparency=0),
    ):
        assert opened(reencode(content, "x")).getpixel((8, 8)) == (255, 255, 255)


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_what_moves_is_refused(form):
    frames = [half_red(), Image.new("RGB", (40, 20), RED)]
    content = written(frames[0], form, save_all=True, append_images=frames[1:], duration=100)
    with pytest.raises(BadImage, match="动图"):
        reencode(content, "动.png")


def test_the_second_picture_of_a_phone_is_left_out():
    content = written(half_red(), "MPO", save_all=True, append_images=[Image.new("RGB", (8, 8))])
    assert Image.open(io.BytesIO(content)).n_frames == 2
    photo = reencode(content, "现场.jpg")
    assert (photo.width, photo.height) == (40, 20)
    assert opened(photo).format == "JPEG"


@pytest.mark.parametrize("form", ["GIF", "BMP", "TIFF", "ICO"])
def test_other_formats_are_refused(form):
    with pytest.raises(BadImage) as refusal:
        reencode(written(half_red(), form), "现场.jpg")
    assert "现场.jpg" in refusal.value.message("zh")
    assert "JPEG" in refusal.value.message("en")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_files_that_are_cut_off_are_refused(form, part):
    content = written(Image.effect_noise((200, 200), 80).convert("RGB"), form)
    with pytest.raises(BadImage):
        reencode(content[: int(len(content) * part)], "断.jpg")


def test_nothing_is_no_image():
    with pytest.raises(BadImage):
        reencode(b"", "空.jpg")


def png_of(width, height):
    """A PNG of a few bytes that claims to be large: black, zlib's best ratio."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    packed = zlib.compressobj(9)
    row = b"\x00" * (width // 8 + 2)
    data = b"".join(packed.compress(row) for _ in range(min(height, 100))) + packed.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(10_000, 5_001), (20_000, 10_000), (2_000_000, 2_000_000)])
def test_bombs_are_measured_and_not_decoded(size, monkeypatch):
    def decoded(_self):
        pytest.fail("it was decoded")

    monkeypatch.setattr(Image.Image, "load", decoded)
    with pytest.raises(BadImage, match="5000 万像素"):
        reencode(png_of(*size), "炸弹.png")


def test_fifty_megapixels_are_taken():
    photo = reencode(written(Image.new("1", (10_000, 5_000), 1), "PNG"), "大.png")
    assert (photo.width, photo.height) == (1600, 800)


@pytest.mark.filterwarnings(
    "ignore:Corrupt EXIF data", "ignore:Image appears to be a malformed MPO"
)
def test_forged_bytes_are_refused_or_taken_and_never_fail():
    whole = bytearray(
        written(half_red(300, 200), "JPEG", exif=b"Exif\x00\x00MM\x00*\x00\x00\x00\x08")
    )
    for position in range(0, len(whole), 7):
        forged = bytes(whole[:position]) + b"\xff\x00\xc4" + bytes(whole[position + 3 :])
        try:
            photo = reencode(forged, "伪.jpg")
        except BadImage:
            continue
        assert opened(photo).format == "JPEG"
