/** What the layers of our own need of WebGL: programs, and quads of which each has its numbers. */

function compile(gl: WebGL2RenderingContext, type: number, source: string): WebGLShader | null {
  const shader = gl.createShader(type);
  if (shader === null) return null; // the context is lost, and will be made anew
  gl.shaderSource(shader, source);
  gl.compileShader(shader);
  return shader;
}

function link(gl: WebGL2RenderingContext, vertex: string, fragment: string): WebGLProgram | null {
  const program = gl.createProgram();
  const shaders = [
    compile(gl, gl.VERTEX_SHADER, vertex),
    compile(gl, gl.FRAGMENT_SHADER, fragment),
  ];
  for (const shader of shaders) if (program && shader) gl.attachShader(program, shader);
  if (program === null) return null;
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    const log = shaders.map((shader) => (shader ? gl.getShaderInfoLog(shader) : '')).join('');
    throw new Error(`a shader does not compile: ${log}${gl.getProgramInfoLog(program)}`);
  }
  return program;
}

/** Quads, each drawn with `vectors` vectors of four numbers of its own: attributes i0, i1, … */
export class Quads {
  readonly program: WebGLProgram | null;
  readonly texture: WebGLTexture | null;
  private readonly gl: WebGL2RenderingContext;
  private readonly array: WebGLVertexArrayObject | null;
  private readonly corners: WebGLBuffer | null;
  private readonly buffer: WebGLBuffer | null;
  private readonly places = new Map<string, WebGLUniformLocation | null>();
  private held = 0;

  constructor(gl: WebGL2RenderingContext, vertex: string, fragment: string, vectors: number) {
    this.gl = gl;
    this.program = link(gl, vertex, fragment);
    this.texture = gl.createTexture();
    this.array = gl.createVertexArray();
    this.corners = gl.createBuffer();
    this.buffer = gl.createBuffer();
    if (this.program === null) return;
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.corners);
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([-1, -1, 1, -1, -1, 1, 1, 1]), gl.STATIC_DRAW);
    const corner = gl.getAttribLocation(this.program, 'corner');
    gl.enableVertexAttribArray(corner);
    gl.vertexAttribPointer(corner, 2, gl.FLOAT, false, 0, 0);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    for (let n = 0; n < vectors; n++) {
      const at = gl.getAttribLocation(this.program, `i${n}`);
      if (at < 0) continue;
      gl.enableVertexAttribArray(at);
      gl.vertexAttribPointer(at, 4, gl.FLOAT, false, vectors * 16, n * 16);
      gl.vertexAttribDivisor(at, 1);
    }
    gl.bindVertexArray(null);
  }

  uniform(name: string): WebGLUniformLocation | null {
    let place = this.places.get(name);
    if (place === undefined && this.program) {
      place = this.gl.getUniformLocation(this.program, name);
      this.places.set(name, place);
    }
    return place ?? null;
  }

  /** The picture that the fragment shader reads as `pictures`. */
  picture(source: TexImageSource): void {
    const gl = this.gl;
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, source);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  }

  /** Begins to draw: all uniforms that are set from here on are of this program. */
  use(): void {
    const gl = this.gl;
    gl.useProgram(this.program);
    gl.bindVertexArray(this.array);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.uniform1i(this.uniform('pictures'), 0);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.disable(gl.DEPTH_TEST);
    gl.disable(gl.STENCIL_TEST);
    gl.disable(gl.CULL_FACE);
  }

  /** The numbers of the first quads; the card gets room for as many as `data` has. */
  put(data: Float32Array, floats: number): void {
    const gl = this.gl;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    if (data.byteLength !== this.held) {
      gl.bufferData(gl.ARRAY_BUFFER, data.byteLength, gl.DYNAMIC_DRAW);
      this.held = data.byteLength;
    }
    if (floats > 0) gl.bufferSubData(gl.ARRAY_BUFFER, 0, data, 0, floats);
  }

  draw(count: number): void {
    this.gl.drawArraysInstanced(this.gl.TRIANGLE_STRIP, 0, 4, count);
  }

  done(): void {
    this.gl.bindVertexArray(null);
  }

  free(): void {
    const gl = this.gl;
    gl.deleteProgram(this.program);
    gl.deleteTexture(this.texture);
    gl.deleteVertexArray(this.array);
    gl.deleteBuffer(this.corners);
    gl.deleteBuffer(this.buffer);
  }
}
